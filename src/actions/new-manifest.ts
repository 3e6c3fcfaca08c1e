import { basename } from 'node:path';
import type { View } from '../seal/view.ts';
import type { Context } from '../cli/context.ts';

/** A manifest that is not there yet, with an example to begin with. */
export function newView({ homeRegion = 'us-east-1' }: Context, file: string): View {
  const app = basename(file)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-');
  const text = `path: /${app}/ # prefix of every name
region: ${homeRegion}
kmskey: alias/${app} # encrypts what is stored in AWS
# bucket: ${app}-secrets # needed once a value is too large for SSM
parameters:
  - name: example
    type: SecureString # or String, StringList
    value: in plaintext here; it is sealed when you leave the editor
`;
  const manifest = { file, text: '', path: '', region: '', tags: {}, dataKeys: {}, parameters: [] };
  return { manifest, text, shown: new Map() };
}
