/** The host, as this page calls it: one typed client, and its calls as queries that are kept and refreshed. */
import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { QueryClient } from '@tanstack/react-query';
import type { api } from '../../protocol/api.ts';
import { rpcPrefix } from '../../protocol/api.routes.ts';
import { failure, toErrorData, type ErrorData } from '../../protocol/errors.ts';

export type Client = ContractRouterClient<typeof api>;

export const client: Client = createORPCClient(new RPCLink({ url: () => `${location.origin}${rpcPrefix}` }));

export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, retry: false, refetchOnWindowFocus: false }, mutations: { retry: false } },
});

export const host = createTanstackQueryUtils(client);

/** What went wrong, in the host's own words; a host that does not answer gets words too. */
export function errorOf(thrown: unknown): ErrorData {
  if (thrown instanceof ORPCError && isErrorData(thrown.data)) return thrown.data;
  // A failure that is part of an answer: of a download, a plan, a job.
  if (isErrorData(thrown) && !(thrown instanceof Error)) return thrown;
  if (thrown instanceof ORPCError && thrown.status === 401) return failure('no-access', { reason: 'it has no session' }).data;
  // Other TypeErrors are defects of this page.
  if (thrown instanceof TypeError && /fetch|network|load failed/i.test(thrown.message)) return failure('host-unreachable', { detail: thrown.message }).data;
  return toErrorData(thrown);
}

export function isErrorData(value: unknown): value is ErrorData {
  return typeof value === 'object' && value !== null && 'kind' in value && 'message' in value && 'remedy' in value;
}
