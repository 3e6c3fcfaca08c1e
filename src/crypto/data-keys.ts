import { randomBytes } from 'node:crypto';
import { CofferError } from '../errors.ts';
import { decodeBase64 } from './base64.ts';
import type { EncryptionContext, Kms } from './kms-port.ts';

const KEY_BYTES = 32;

/** The encryption context of a data key for a manifest's inline values. */
export function dataKeyContext(path: string): EncryptionContext {
  return { Client: 'coffer', Path: path };
}

/** The data keys of one manifest: unwraps each at most once, and adds new ones. */
export class DataKeys {
  readonly #kms: Kms;
  readonly #fileKey: string | undefined;
  readonly #context: EncryptionContext;
  readonly #wrapped: Map<string, string>;
  readonly #opened = new Map<string, Promise<Buffer>>();

  constructor(
    kms: Kms,
    manifest: {
      path: string;
      encryptedWith?: string | undefined;
      dataKeys: Readonly<Record<string, string>>;
    },
  ) {
    this.#kms = kms;
    this.#fileKey = manifest.encryptedWith;
    this.#context = dataKeyContext(manifest.path);
    this.#wrapped = new Map(Object.entries(manifest.dataKeys));
  }

  get ids(): string[] {
    return [...this.#wrapped.keys()];
  }

  /** The wrapped keys by id, sorted, for the manifest. */
  get wrapped(): Record<string, string> {
    return Object.fromEntries([...this.#wrapped].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The 32 bytes of the data key `id`. */
  open(id: string): Promise<Buffer> {
    let opened = this.#opened.get(id);
    if (!opened) {
      opened = this.#unwrap(id);
      this.#opened.set(id, opened);
    }
    return opened;
  }

  /** Adds a new data key, made by `generate` under the file key. */
  async create(
    generate: (context: EncryptionContext) => Promise<{ dataKey: Buffer; wrapped: Buffer }>,
  ): Promise<{ id: string; dataKey: Buffer }> {
    const { dataKey, wrapped } = await generate(this.#context);
    let id: string;
    do id = randomBytes(4).toString('hex');
    while (this.#wrapped.has(id));
    this.#wrapped.set(id, wrapped.toString('base64'));
    this.#opened.set(id, Promise.resolve(dataKey));
    return { id, dataKey };
  }

  async #unwrap(id: string): Promise<Buffer> {
    const wrapped = decodeBase64(this.#wrapped.get(id) ?? '');
    if (!wrapped?.length) {
      throw new CofferError('tampered', `the data key ${id} is not in data_keys`, {
        hint: 'restore its line from git: a merge may have dropped it',
      });
    }
    const dataKey = await this.#kms.decrypt(wrapped, this.#context, this.#fileKey);
    if (dataKey.length === KEY_BYTES) return dataKey;
    throw new CofferError('tampered', `the data key ${id} has ${dataKey.length} bytes`, {
      hint: `restore its line from git: a data key has ${KEY_BYTES} bytes`,
    });
  }
}
