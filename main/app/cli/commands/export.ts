/** being written */
import type { Command } from '../command.ts';
export const exportCommand: Command = { name: 'export', summary: '', usage: '', options: {}, run: async () => 1 };
