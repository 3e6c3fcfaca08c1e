import { isMultiRegion } from '../aws/multi-region.ts';
import type { Manifest, StoreName } from '../manifest/model.ts';
import { desiredSecrets } from '../plan/desired-secrets.ts';
import { desiredIn, desiredState } from '../plan/desired.ts';
import { createObjectWriter } from '../plan/object-writer.ts';
import { createSecretOpener } from '../plan/secret-opener.ts';
import { fileKeyRegion } from '../seal/file-key.ts';
import type { Opener } from '../seal/opener.ts';
import { refuseRescue } from '../seal/rescue.ts';
import type { Desired } from '../stores/model.ts';
import { PATIENT } from '../stores/patience.ts';
import type { ValueReader, ValueStore, Writing } from '../stores/port.ts';
import { createSecretReader } from '../stores/secrets/reader.ts';
import { createSecretStore } from '../stores/secrets/store.ts';
import { createSsmReader } from '../stores/ssm-reader.ts';
import { createSsmStore } from '../stores/ssm-store.ts';
import { openerFor } from './manifests.ts';
import { rescueFor } from './recipients.ts';
import type { Tools } from './tools.ts';

/** How to write over, and delete, what only some stores have. */
export interface StoreOptions {
  /** Of secrets: for how many days a deleted one can be restored, 7 to 30. Default: 7. */
  recoveryDays?: number | undefined;
  /** Of secrets: deletes for good. */
  forceDelete?: boolean | undefined;
  /** Of secrets: writes over one that AWS rotates, and turns its rotation off. */
  takeOver?: boolean | undefined;
}

export type KeyFinder = (region: string, keyId: string) => Promise<string | undefined>;

/** How to publish. */
interface PublishOptions {
  signal: AbortSignal | undefined;
  useRecovery: boolean | undefined;
  noDecrypt: boolean | undefined;
  onUploaded: (bytes: number) => void;
  onOpened: (fullName: string) => void;
}

/** One store of values, and how manifests fill it. */
interface StoreKind {
  /** What a manifest wants in it. */
  desire: (
    manifest: Manifest,
    opener: () => Promise<Opener>,
    options: { allowPlaintext: boolean; noDecrypt: boolean },
  ) => Promise<Desired[]>;
  /** The same in one region of the manifest. */
  desireIn: (tools: Tools, here: Manifest, desired: Desired[], noDecrypt: boolean) => Desired[];
  /** Whether it keeps blobs as objects in S3. */
  hasObjects: boolean;
  connect: (
    tools: Tools,
    region: string,
    keyArn: KeyFinder,
    options: StoreOptions,
  ) => Promise<ValueStore>;
  /** @param region that of a manifest, or of names without one */
  read: (tools: Tools, region: string | undefined) => Promise<ValueReader>;
  /** What opens or publishes the values of a manifest. */
  publish: (
    tools: Tools,
    manifest: Manifest,
    options: PublishOptions,
  ) => Promise<Pick<Writing, 'objects' | 'opener'>>;
}

const DEFAULT_RECOVERY_DAYS = 7;

const KINDS = {
  ssm: {
    hasObjects: true,
    desire: async (manifest, opener, options) => desiredState(manifest, await opener(), options),
    desireIn: (tools, here, desired, noDecrypt) =>
      desiredIn(here, desired, noDecrypt && !canReEncrypt(tools, here)),
    connect: async ({ stores, concurrency }, region, keyArn) =>
      createSsmStore({
        parameters: await stores.parameters(region),
        objects: () => stores.objects(region),
        keyArn: (keyId) => keyArn(region, keyId),
        concurrency,
        patience: PATIENT,
      }),
    read: async ({ stores }, region) => createSsmReader(await stores.parameters(region)),
    publish: publishObjects,
  },
  secretsmanager: {
    hasObjects: false,
    desire: (manifest, _, options) => desiredSecrets(manifest, options),
    desireIn: (_, __, desired) => desired,
    connect: async (
      { stores, concurrency },
      region,
      keyArn,
      { recoveryDays = DEFAULT_RECOVERY_DAYS, forceDelete = false, takeOver = false },
    ) =>
      createSecretStore(
        {
          secrets: await stores.secrets(region),
          keyArn: (keyId) => keyArn(region, keyId),
          concurrency,
          now: Date.now,
        },
        { deletion: { recoveryDays: forceDelete ? 0 : recoveryDays }, takeOver },
      ),
    read: async ({ stores, concurrency }, region) =>
      createSecretReader(await stores.secrets(region), { concurrency }),
    async publish(tools, manifest, { useRecovery }) {
      const opener = await openerFor(tools, manifest, { isPublished: true, useRecovery });
      return { objects: undefined, opener: createSecretOpener(manifest, opener) };
    },
  },
} as const satisfies Record<StoreName, StoreKind>;

/** The kind of a manifest's store. */
export function storeKindOf({ store }: Pick<Manifest, 'store'>): StoreKind {
  return KINDS[store];
}

/** A manifest in one region, as far as its store matters. */
type Here = Pick<Manifest, 'file' | 'account' | 'store' | 'region'>;

/**
 * Reads a store by name.
 * @param manifest the one whose names these are, if any
 */
export async function readerFor(
  tools: Tools,
  { store, region, manifest }: Place,
): Promise<ValueReader> {
  if (manifest) await tools.aws.requireAccountOf(manifest);
  return KINDS[store].read(tools, region);
}

interface Place {
  store: StoreName;
  region: string | undefined;
  manifest?: Here | undefined;
}

/** The store for the manifests of a region. */
export async function storeFor(
  tools: Tools,
  manifest: Here,
  options: StoreOptions = {},
  keyArn: KeyFinder = keyFinder(tools),
): Promise<ValueStore> {
  await tools.aws.requireAccountOf(manifest);
  return KINDS[manifest.store].connect(tools, manifest.region, keyArn, options);
}

/** Looks up the ARN of each KMS key once per call. */
export function keyFinder({ aws }: Tools): KeyFinder {
  const found = new Map<string, Promise<string | undefined>>();
  return (region, keyId) => {
    const key = `${region} ${keyId}`;
    const arn = found.get(key) ?? aws.kms(region).then((kms) => kms.resolve(keyId));
    found.set(key, arn);
    return arn;
  };
}

/** Publishes a manifest's blobs; does not load S3's client if it has none. */
async function publishObjects(tools: Tools, manifest: Manifest, options: PublishOptions) {
  const { aws, stores, fileKey } = tools;
  if (!manifest.parameters.some(({ content }) => content.kind === 'blob')) {
    return { objects: undefined };
  }
  const services = {
    fileKeyKms: await aws.kms(fileKeyRegion(manifest, fileKey)),
    kms: await aws.kms(manifest.region),
    objects: await stores.objects(manifest.region),
    rescue: options.useRecovery ? rescueFor(tools, manifest) : refuseRescue(manifest),
  };
  return { objects: createObjectWriter(manifest, services, options) };
}

/**
 * Whether KMS can re-encrypt the data keys of blobs for a region, which takes no kms:Decrypt: the
 * region must have the file key or a replica of it.
 */
function canReEncrypt({ fileKey }: Tools, manifest: Manifest): boolean {
  const { region, encryptedWith = '' } = manifest;
  return fileKeyRegion(manifest, fileKey) === region || isMultiRegion(encryptedWith);
}
