import { tmpdir } from 'node:os';
import { servicesFor } from '../../src/actions/services.ts';
import type { Tools } from '../../src/actions/tools.ts';
import { CofferError, type Problem } from '../../src/errors.ts';
import type { Host } from '../../src/host.ts';
import { valueLimit } from '../../src/sizes.ts';
import { REGION, type TestAws } from './aws.ts';
import { sessionAt } from './services.ts';

/** The messages and questions of an action. */
export interface Said {
  notes: string[];
  warnings: Problem[];
  questions: string[];
}

/** A host that records everything, and gives every question the same answer. */
export function createTestHost(answer: 'yes' | 'no' = 'yes'): { host: Host; said: Said } {
  const said: Said = { notes: [], warnings: [], questions: [] };
  const host: Host = {
    note: (text) => void said.notes.push(text),
    warn: (problem) => void said.warnings.push(problem),
    progress: () => ({ update: () => {}, end: () => {} }),
    confirm(question, above = []) {
      said.questions.push([...above, question].join('\n'));
      return answer === 'yes'
        ? Promise.resolve()
        : Promise.reject(new CofferError('declined', 'nothing was done'));
    },
    onStop: () => undefined,
  };
  return { host, said };
}

/** The tools of an action, for the AWS of this test file. */
export function createTools(
  aws: TestAws,
  { answer, ...changes }: Partial<Tools> & { answer?: 'yes' | 'no' } = {},
): { tools: Tools; said: Said } {
  const { host, said } = createTestHost(answer);
  const session = sessionAt(aws.endpoint);
  const tools: Tools = {
    ...servicesFor(session),
    host,
    region: undefined,
    homeRegion: REGION,
    fileKey: { alias: aws.fileKeyAlias },
    concurrency: session.concurrency,
    spoolFolder: tmpdir(),
    limit: valueLimit(),
    ...changes,
  };
  return { tools, said };
}
