import { Refusal } from '../refusal.ts';

const MAX_LINE = 16 * 1024;

/**
 * Decodes an `aws-chunked` body: yields the data, and fills `trailers` at its end. Does not check
 * chunk signatures.
 */
export async function* decodeChunked(
  body: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const source = new ByteSource(body);
  for (;;) {
    const [size = ''] = (await source.line()).split(';');
    if (!/^[0-9a-f]{1,8}$/i.test(size)) throw incomplete();
    let left = Number.parseInt(size, 16);
    if (left === 0) break;
    while (left > 0) {
      const data = await source.some(left);
      left -= data.length;
      yield data;
    }
    if ((await source.line()) !== '') throw incomplete();
  }
  while (!(await source.ended())) {
    const line = await source.line();
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon < 1) {
      throw new Refusal(
        'MalformedTrailerError',
        'The request contained trailing data that was not well-formed or did not conform to our published schema.',
      );
    }
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

export function incomplete(): Refusal {
  return new Refusal(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}

class ByteSource {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(body: AsyncIterable<Buffer>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  async ended(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#fill());
  }

  async some(limit: number): Promise<Buffer> {
    if (await this.ended()) throw incomplete();
    const data = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(data.length);
    return data;
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#rest.toString('latin1', 0, end);
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      if (this.#rest.length > MAX_LINE || !(await this.#fill())) throw incomplete();
    }
  }

  async #fill(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done === true) return false;
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
    return true;
  }
}
