import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { byLength } from '../support/length.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { cofferInTerminal, HAS_PTY, type Dialogue } from '../support/terminal.ts';

const aws = await useAws();
const stored = storedIn(aws);

const PARAMETERS = `${secret('x', 'x')}  - {name: y, type: String, value: y}\n`;

/** A question of coffer: the call, the text before it, and the question. */
interface Question {
  args: string[];
  prepare?: (app: Scene) => Promise<unknown>;
  before?: Dialogue;
  question: string;
}

const QUESTIONS: Record<string, Question> = {
  'sync, to write': { args: ['sync', 'app.yml'], question: 'Write 2 parameters? [y/N] ' },
  'sync, to write and to delete': {
    args: ['sync', 'app.yml', '--prune'],
    prepare: (app) => stored.put(`${app.prefix}old`, 'of no manifest'),
    question: 'Write 2 parameters and delete 1? [y/N] ',
  },
  nuke: { args: ['nuke', 'app.yml'], question: 'Delete 2 parameters for good? [y/N] ' },
  gc: {
    args: ['gc', 'app.yml', '--older-than', '0s'],
    prepare: async (app) => {
      const name = `${app.prefix}data`;
      const target = ['-p', name, '-b', aws.bucket, '-k', aws.kmskey];
      await app.succeed(['put', ...target], { stdin: 'data' });
      await stored.remove(name);
    },
    question: 'for good? [y/N] ',
  },
  set: { args: ['set', 'app.yml', 'z'], question: 'Value of z: ' },
  'set, once more': {
    args: ['set', 'app.yml', 'z'],
    before: [['Value of z: ', 'typed\r']],
    question: 'Value of z, again: ',
  },
  'edit, after a mistake': {
    args: ['edit', 'app.yml'],
    prepare: (app) => app.write('editor.sh', 'echo "oops: 1" >> "$1"\n'),
    question: '(e)dit again or (d)iscard? ',
  },
  'edit, of the type of a secret': {
    args: ['edit', 'app.yml'],
    prepare: (app) => app.write('editor.sh', 'sed -i s/SecureString/String/I "$1"\n'),
    question: 'x is a secret, and will be readable in git. Go ahead? [y/N] ',
  },
};

const ENDINGS = { '\u0003': 130, SIGINT: 130, SIGTERM: 143, SIGHUP: 129, HANGUP: 129 };

/** In the short form, other endings than Ctrl-C are tried at one question each. */
const SHORT: Readonly<Record<string, string>> = {
  SIGINT: 'set',
  SIGTERM: 'nuke',
  SIGHUP: 'edit, after a mistake',
  HANGUP: 'set',
};

const CASES = Object.entries(QUESTIONS).flatMap(([name, asked]) =>
  Object.entries(ENDINGS)
    .filter(([ending]) => byLength(ending === '\u0003' || SHORT[ending] === name, true))
    .map(([ending, status]) => ({ name, ending, status, asked })),
);

test.runIf(HAS_PTY).each(CASES)(
  'at the question of $name, $ending ends coffer with $status',
  async ({ ending, status, asked }) => {
    const app = await createScene(aws, PARAMETERS);
    await app.succeed(['encrypt', 'app.yml']);
    await asked.prepare?.(app);
    const manifest = await app.text('app.yml');
    const { code, shown, isSane } = await cofferInTerminal(
      asked.args,
      [...(asked.before ?? []), [asked.question, ending]],
      { cwd: app.folder, env: { ...aws.env, EDITOR: 'sh editor.sh' } },
    );
    expect(code, shown).toBe(status);
    if (ending !== 'HANGUP') {
      expect(shown).toMatch(/error: interrupted before it finished|1 failed/);
    }
    expect(shown).not.toMatch(/^\s+at /m);
    expect(isSane).toBe(true);
    expect(await app.text('app.yml')).toBe(manifest);
  },
);
