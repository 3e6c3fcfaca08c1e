import { BASH_COMPLETION } from '../completion/bash.ts';
import { FISH_COMPLETION } from '../completion/fish.ts';
import { ZSH_COMPLETION } from '../completion/zsh.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: BASH_COMPLETION,
  zsh: ZSH_COMPLETION,
  fish: FISH_COMPLETION,
};

export async function run({ args, terminal }: Context): Promise<ExitCode> {
  await terminal.write(SCRIPTS[args[0] ?? ''] ?? '');
  return EXIT.ok;
}
