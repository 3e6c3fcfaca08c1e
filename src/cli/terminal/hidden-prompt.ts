import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CofferError } from '../../errors.ts';
import { stopIfAborted } from '../../host.ts';
import { interruption, listenAt } from './interrupt.ts';
import type { Streams } from './streams.ts';

/**
 * Asks for a secret twice on stderr; what is typed shows nowhere. The terminal is as it was before
 * however this ends.
 * @throws CofferError `declined` when nothing is given, `interrupted`, `usage` when the answers
 * differ.
 */
export async function askTwice({ stdin: input, stderr }: Streams, what: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  const unlisten = listenAt(lines, () => lines.close());
  const answers = lines[Symbol.asyncIterator]();
  const ask = async (prompt: string) => {
    stderr.write(prompt);
    const { value, done } = await answers.next();
    stderr.write('\n');
    stopIfAborted(interruption);
    if (done) throw new CofferError('declined', 'nothing was done');
    return value;
  };
  try {
    const first = await ask(`${what}: `);
    const second = first === '' ? '' : await ask(`${what}, once more: `);
    if (first === second) return first;
    throw new CofferError('usage', 'the two values are not the same', {
      hint: 'nothing was done; a value of several lines comes by a pipe, or with --from-file',
    });
  } finally {
    unlisten();
    lines.close();
  }
}
