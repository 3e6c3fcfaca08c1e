// What the bundle holds of other packages: their licence texts, and a bill of materials.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The packages whose files esbuild read, sorted by folder. */
export function bundledPackages(inputs) {
  const folders = new Set(
    inputs.map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean),
  );
  return [...folders]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json')));
      return { folder, name, version, license };
    });
}

/**
 * The full licence text and the notices of each package. A package without a licence file has the
 * text of another one with the same licence and scope; the build fails if there is none.
 */
export function licenses(packages) {
  return packages
    .map((one) => {
      const { name, version, license } = one;
      const others = packages.filter(
        (other) => other.license === license && scopeOf(other) === scopeOf(one),
      );
      const text = [one, ...others]
        .map(({ folder }) => textsIn(folder, /^licen[cs]e/i))
        .find(Boolean);
      if (!text) throw new Error(`there is no licence text for ${name}`);
      const notice = textsIn(one.folder, /^notice/i);
      return [`${name} ${version} (${license})`, text, ...(notice ? [notice] : [])].join('\n\n');
    })
    .join('\n\n----\n\n');
}

function scopeOf({ name }) {
  return name.startsWith('@') ? name.split('/')[0] : name;
}

function textsIn(folder, pattern) {
  return readdirSync(folder)
    .filter((file) => pattern.test(file) && !/\.[cm]?[jt]s$/.test(file))
    .toSorted()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
    .join('\n\n');
}

/** A bill of materials in CycloneDX's form. It has no time or random id, so builds can be compared. */
export function billOfMaterials(packages, { name, version }) {
  const locked = existsSync('package-lock.json')
    ? JSON.parse(readFileSync('package-lock.json', 'utf8')).packages
    : {};
  const component = ({ folder, name, version, license }) => {
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    const [algorithm, digest] = locked[folder]?.integrity?.split('-', 2) ?? [];
    return {
      type: 'library',
      'bom-ref': purl,
      name,
      version,
      licenses: [{ license: { id: license } }],
      purl,
      ...(algorithm === 'sha512' && {
        hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }],
      }),
    };
  };
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `pkg:npm/${name}@${version}`,
        name,
        version,
      },
    },
    components: packages.map(component),
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}
