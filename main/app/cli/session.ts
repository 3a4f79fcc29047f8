/** What most commands need: the workspace opened for reading, or locked for writing and tidied after a crash. */
import { lockWorkspace } from '../../lock.ts';
import { openWorkspace, type Workspace } from '../../workspace.ts';
import { tidyWorkspace } from '../tidy.ts';

/** Runs `use` as the one host of the workspace. @throws workspace-locked */
export async function withLockedWorkspace<T>(path: string, use: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = openWorkspace(path);
  try {
    const lock = lockWorkspace(workspace);
    try {
      tidyWorkspace(workspace);
      return await use(workspace);
    } finally {
      lock.release();
    }
  } finally {
    workspace.close();
  }
}

/** Reading needs no lock: it works beside a running job. */
export async function withWorkspace<T>(path: string, use: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = openWorkspace(path);
  try {
    return await use(workspace);
  } finally {
    workspace.close();
  }
}
