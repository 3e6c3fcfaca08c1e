import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CofferError } from '../../errors.ts';
import { visible } from '../../formats/visible.ts';
import { stopIfAborted } from '../../host.ts';
import { interruption, listenAt } from './interrupt.ts';
import type { Streams } from './streams.ts';

/**
 * Asks for a secret twice on stderr, without echo. Restores the terminal however this ends.
 * @throws CofferError `declined` when there is no answer, `interrupted`, `usage` when the answers
 * differ.
 */
export async function askTwice({ stdin: input, stderr }: Streams, what: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  const unlisten = listenAt(lines, () => lines.close());
  const answers = lines[Symbol.asyncIterator]();
  const ask = async (prompt: string) => {
    stderr.write(visible(prompt));
    const { value, done } = await answers.next();
    stderr.write('\n');
    stopIfAborted(interruption);
    if (done) throw new CofferError('declined', 'nothing was done');
    return value;
  };
  try {
    const first = await ask(`${what}: `);
    const second = first === '' ? '' : await ask(`${what}, again: `);
    if (first === second) return first;
    throw new CofferError('usage', 'the two values differ', {
      hint: 'try again; for a value of several lines use a pipe or --from-file',
    });
  } finally {
    unlisten();
    lines.close();
  }
}
