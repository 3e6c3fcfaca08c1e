import { createHash } from 'node:crypto';
import type { TestAws } from './aws.ts';
import { createScene, type Scene } from './scene.ts';

export const KIB = 1024;
export const MIB = 1024 * KIB;

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** What `coffer put` published. */
interface Published {
  url: string;
  key: string;
}

/** For a manifest that names no object. */
export const NO_OBJECT = '  - {name: note, type: String, value: text}\n';

/** A scene for put, get and gc; its manifest names no object. */
export interface PutScene extends Scene {
  /** The required flags of put, for a parameter under the manifest's path. */
  target: (name: string) => string[];
  put: (name: string, data: string | Buffer, flags?: readonly string[]) => Promise<Published>;
}

export async function createPutScene(aws: TestAws): Promise<PutScene> {
  const scene = await createScene(aws, NO_OBJECT);
  const target = (name: string) =>
    ['--path', `${scene.prefix}${name}`].concat('--bucket', aws.bucket, '--key', aws.kmskey);
  return {
    ...scene,
    target,
    async put(name, data, flags = []) {
      const { stdout } = await scene.succeed(['put', ...target(name), ...flags], { stdin: data });
      const url = stdout.toString().trimEnd();
      return { url, key: url.slice(`s3://${aws.bucket}/`.length) };
    },
  };
}
