import { CofferError, type ErrorCode } from '../../errors.ts';
import type { Manifest } from '../../manifest/model.ts';
import { inEachRegion } from '../../manifest/regions.ts';
import { readStates, type Read, type Unread } from '../states.ts';
import { storeFor, type KeyFinder } from '../stores.ts';
import type { Tools } from '../tools.ts';

/** What was seen of one manifest in AWS. */
export interface Sight {
  /** In the order of the manifest. */
  regions: (Read | Unread)[];
  /** Why it was not compared as a whole, besides what a region says. */
  problems: CofferError[];
}

/** Reading without opening anything does not help against these. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set(['credentials', 'network', 'interrupted']);

/**
 * Reads one manifest in all of its regions. Where its secrets cannot be opened, it is read without:
 * then they are closed, and everything else is still known.
 */
export async function readEnvironment(
  tools: Tools,
  manifest: Manifest,
  { noDecrypt, keyArn }: { noDecrypt: boolean; keyArn: KeyFinder },
): Promise<Sight> {
  const first = await attempt(tools, manifest, { noDecrypt, allowPlaintext: false, keyArn });
  const [error] = first.flatMap((item) => ('error' in item ? [item.error] : []));
  if (!error || noDecrypt || HOPELESS.has(error.code)) return { regions: first, problems: [] };
  const closed = await attempt(tools, manifest, { noDecrypt: true, allowPlaintext: true, keyArn });
  if (closed.some(isRead)) {
    const isBetter = closed.filter(isRead).length > first.filter(isRead).length;
    if (!isBetter) return { regions: first, problems: [] };
    // Most readers of a report may not decrypt: its cells say so.
    return { regions: closed, problems: error.code === 'denied' ? [] : [error] };
  }
  // What keeps a region from being read even closed comes first, then what it could not open.
  const isSame = closed.some((item) => 'error' in item && item.error.message === error.message);
  return { regions: closed, problems: isSame ? [] : [error] };
}

async function attempt(
  tools: Tools,
  manifest: Manifest,
  { keyArn, ...options }: { noDecrypt: boolean; allowPlaintext: boolean; keyArn: KeyFinder },
): Promise<(Read | Unread)[]> {
  const storeOf = (here: Manifest) => storeFor(tools, here, {}, keyArn);
  const everything = { prune: true, pruneTags: false, takeOver: false };
  try {
    return await readStates(tools, manifest, storeOf, { ...everything, ...options });
  } catch (error) {
    if (!(error instanceof CofferError) || error.code === 'interrupted') throw error;
    return inEachRegion(manifest).map((here) => ({ manifest: here, error }));
  }
}

function isRead(item: Read | Unread): item is Read {
  return 'state' in item;
}
