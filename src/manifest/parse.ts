import { posix } from 'node:path';
import { isAlias, isMap, isSeq } from './yaml/nodes.ts';
import { checkSchema, labelParameter } from './read/check-schema.ts';
import { knownDocument, type ManifestDocument, openDocument } from './yaml/document.ts';
import { Faults } from './yaml/faults.ts';
import { isOtherMap, refuseOther } from './yaml/foreign.ts';
import type { Manifest, Parameter } from './model.ts';
import { boundRegion } from '../crypto/contexts.ts';
import { recoveryDigest } from '../crypto/recovery.ts';
import { readDataKeys } from './read/data-keys.ts';
import { readStore } from './read/store.ts';
import { findPathFault, normalizePath, quoteName } from './read/names.ts';
import { checkBucket, checkKey, readRegions } from './read/region.ts';
import { MANIFEST_LIMIT } from '../sizes.ts';
import { Places } from './yaml/places.ts';
import { readParameter, type Surroundings } from './read/parameter.ts';
import { type Reading, readTags, readText, readTexts } from './read/reading.ts';
import { SecretGuard } from './read/secrets.ts';
import type { Fields } from './yaml/tree.ts';
import { settingsIn } from './regions.ts';

/**
 * Reads a manifest. Throws a CofferError 'manifest' with every problem of the file, each with its
 * place and a hint, and never with a value.
 *
 * @param file the caller's name of the file, for places
 * @param known a manifest with much the same text, such as this one before an edit: what both have
 * in common is not read again
 */
export function parseManifest(text: string, file: string, known?: Manifest): Manifest {
  MANIFEST_LIMIT.refuseLarger(file, Buffer.byteLength(text));
  const places = new Places(text, file);
  const faults = new Faults();
  const document = openDocument(text, faults, knownDocument(known));
  const manifest = document && readDocument(document, text, places, faults);
  if (!manifest || !faults.isEmpty) throw faults.toError(places);
  return manifest;
}

function readDocument(
  document: ManifestDocument,
  text: string,
  places: Places,
  faults: Faults,
): Manifest | undefined {
  const { root, tree } = document;
  const reading: Reading = { tree, faults };
  const fields = tree.fields(root);
  if (fields.size > 0 && isOtherMap(fields.keys())) {
    refuseOther(faults, root.range[0], 'it has none of the keys of one');
    return undefined;
  }
  const encryptedWith = readText(fields, 'encrypted_with');
  const regions = readRegions(reading, fields);
  checkKey(reading, fields, regions);
  checkBucket(reading, fields, regions);
  const { store, secret, ...storeSettings } = readStore(reading, fields, regions[0]);
  const around: Surroundings = {
    ...reading,
    guard: new SecretGuard(tree, faults),
    path: readPath(reading, fields),
    // Where names may be the least long.
    region: regions.reduce((one, other) => (other.length > one.length ? other : one)),
    store,
    secret,
    tags: readTags(reading, fields.get('tags')),
    encryptedWith,
    dataKeys: readDataKeys(reading, fields),
    place: (offset) => places.at(offset),
  };
  const [kmskey, account] = [readText(fields, 'kmskey'), readText(fields, 'account')];
  const bucket = readText(fields, 'bucket');
  const recovery = readTexts(reading, fields.get('recovery'));
  const parameters = readParameters(around, fields);
  around.guard.finish();
  const needsKey = parameters.find(
    ({ type, content }) => type === 'SecureString' || content.kind === 'blob',
  );
  if (needsKey && !fields.has('kmskey')) {
    const what = needsKey.type === 'SecureString' ? 'is a SecureString' : 'has a blob';
    const named = quoteName(needsKey.name);
    const subject = named === undefined ? 'a parameter' : `parameter ${named}`;
    const message = `the key "kmskey" is missing: ${subject} ${what}`;
    faults.add(root.range[0], message, 'add it at the top, such as "kmskey: alias/superman"');
  }
  checkSchema(tree, root, faults);
  return {
    file: places.file,
    text,
    document,
    path: around.path,
    regions,
    ...settingsIn(regions[0], { kmskey, bucket }),
    bucketAsWritten: bucket,
    account,
    store,
    secret,
    ...storeSettings,
    tags: around.tags,
    maxAge: readText(fields, 'max_age'),
    encryptedWith,
    recovery,
    destination: {
      path: around.path,
      region: boundRegion(regions),
      kmskey,
      account,
      secret,
      recovery: recoveryDigest(recovery),
    },
    dataKeys: around.dataKeys ?? {},
    parameters,
  };
}

/** Replaces an invalid path, so that names are not reported for it. */
const BLAMELESS_PATH = '/x/';

function readPath({ faults }: Reading, fields: Fields): string {
  const field = fields.get('path');
  const text = readText(fields, 'path');
  if (!field || text === undefined) return BLAMELESS_PATH;
  const path = normalizePath(text);
  const fault = findPathFault(path);
  if (!fault) return path;
  faults.add(field.valueAt, fault.message, fault.hint);
  return BLAMELESS_PATH;
}

function readParameters(around: Surroundings, fields: Fields): Parameter[] {
  const { tree, faults } = around;
  const list = fields.get('parameters')?.node;
  const parameters: Parameter[] = [];
  const lines = new Map<string, number>();
  for (const [index, item] of (list && isSeq(list) ? list.items : []).entries()) {
    const node = tree.resolve(item);
    const prefix = node ? labelParameter(tree, node, index) : '';
    const parameter = node && readParameter(around, node, prefix);
    if (!node || !parameter) continue;
    parameters.push(parameter);
    // An alias of a parameter gets its own report.
    if (isAlias(item)) continue;
    for (const [what, identity] of identities(parameter)) {
      const line = lines.get(what + identity);
      if (line === undefined) lines.set(what + identity, parameter.place.line);
      else {
        const at = (isMap(node) && tree.fields(node).get('name')?.valueAt) || node.range[0];
        faults.add(at, `${prefix}the ${what} is already in line ${line}`, 'remove one of the two');
      }
    }
  }
  return parameters;
}

/** What must be unique among parameters. */
function identities({ name, content }: Parameter): [what: string, identity: string][] {
  const identities: [string, string][] = name === '' ? [] : [['name', name]];
  if (content.kind === 'blob' && 'path' in content.blob.body) {
    identities.push(["blob's path", posix.normalize(content.blob.body.path)]);
  }
  return identities;
}
