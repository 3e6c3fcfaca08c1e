import { stringify } from 'yaml';
import schema from '../../../schemas/manifest.schema.json' with { type: 'json' };
import { asCode, inCell, inMarkdown, table } from './markdown.ts';

/** What the page shows of JSON schema. */
interface Node {
  $ref?: string | undefined;
  description?: string;
  type?: string | readonly string[];
  pattern?: string;
  enum?: readonly string[];
  default?: string;
  examples?: readonly unknown[];
  errorMessage?: string;
  required?: readonly string[];
  properties?: Readonly<Record<string, Node>>;
  additionalProperties?: boolean | Node;
  items?: Node;
  allOf?: readonly { if: Node; then: Node }[];
}

type Key = readonly [key: string, node: Node, isRequired: boolean];

const INTRODUCTION = `# The manifest

A manifest is a YAML file that lists the parameters of one path. This page says what each key of it
means. It is made from [the schema](../schemas/manifest.schema.json), which editors use too: \`coffer init\`
names it in a manifest's first line, and \`coffer schema\` prints it.

<!-- file: app.yml -->

\`\`\`yaml
path: /apps/superman/
region: us-east-1
kmskey: alias/superman
bucket: superman-secrets
tags: { cost_center: team17 }
parameters:
  - name: api_version
    description: The version of the API, not a secret
    type: String
    value: 2
  - name: db/password
    type: SecureString
    generate: { length: 32, charset: alnum }
\`\`\`

\`\`\`console
$ coffer encrypt app.yml
app.yml: 1 generated
$ coffer check app.yml
1 manifest, no problems
\`\`\`

- A manifest has \`path\`, \`parameters\`, and either \`region\` or \`regions\`. A parameter has \`name\`, \`type\`, and
  exactly one of \`value\`, \`file\` and \`generate\`. After \`coffer encrypt\`, \`file\` and \`generate\` stay beside
  the ciphertext.
- A value is the text that is in the file: \`1.10\`, \`0123\`, \`yes\` and \`1e3\` stay as they are. Null and
  maps are errors. Quote what YAML would read otherwise, such as \`"a: b"\`.
- An unknown key is an error, which names the nearest known key.
- Ciphertext is bound to \`path\`, \`region\` or \`regions\`, \`kmskey\`, \`account\`, \`secret\`, \`recovery\`, and the
  parameter's \`name\` and \`type\`. Do not edit these by hand once values are encrypted: use
  \`coffer move\`, \`coffer copy\` and \`coffer recovery\`.
`;

/** docs/manifest.md. */
export function renderManifestPage(): string {
  const ofFile = keysOf(schema as Node).filter(([key]) => key !== 'parameters');
  const ofParameter = keysOf(resolve({ $ref: '#/definitions/parameter' }));
  const written = [
    ...ofFile.filter(isWritten).map((key) => renderKey('', key)),
    ...ofParameter.filter(isWritten).map((key) => renderKey('parameters[].', key)),
  ];
  return [
    INTRODUCTION,
    '## Of the file',
    ...ofFile.filter((key) => !isWritten(key)).map((key) => renderKey('', key)),
    '## Of a parameter',
    ...ofParameter.filter((key) => !isWritten(key)).map((key) => renderKey('parameters[].', key)),
    '## What coffer writes',
    '`coffer encrypt` writes these keys. [format.md](format.md) specifies what is in them.',
    ...written,
  ].join('\n\n');
}

function isWritten([, { description = '' }]: Key): boolean {
  return description.startsWith('Written by');
}

/** A node without its reference; what stands beside the reference comes first. */
function resolve(node: Node): Node {
  if (node.$ref === undefined) return node;
  const name = node.$ref.replace('#/definitions/', '') as keyof typeof schema.definitions;
  return { ...resolve(schema.definitions[name] as Node), ...node, $ref: undefined };
}

function keysOf({ properties = {}, required = [] }: Node): Key[] {
  return Object.entries(properties).map(
    ([key, node]) => [key, resolve(node), required.includes(key)] as const,
  );
}

function renderKey(prefix: string, [key, node, isRequired]: Key): string {
  const facts = [
    ...(isRequired ? ['Required.'] : []),
    ...(node.enum ? [`Must be ${choice(node.enum.map(asCode))}.`] : []),
    ...(node.errorMessage && !node.enum ? [sentence(node.errorMessage)] : []),
    ...(node.default ? [`Default: ${asCode(node.default)}.`] : []),
    ...(node.examples ? [`Examples: ${node.examples.map(inYaml).join(', ')}.`] : []),
    ...(node.pattern ? [`Pattern: \`${node.pattern}\``] : []),
  ];
  return [
    `### \`${prefix}${key}\``,
    inMarkdown(node.description ?? ''),
    facts.map((fact) => `- ${fact}`).join('\n'),
    ...renderInner(node),
  ].join('\n\n');
}

/** The keys within a key. */
function renderInner(node: Node): string[] {
  const inner = resolve(node.items ?? node);
  const each = inner.additionalProperties;
  const holder = inner.properties ? inner : typeof each === 'object' ? resolve(each) : {};
  const deeper = (inner.allOf ?? []).flatMap(({ then }) => {
    const [[key, attributes] = ['', {}]] = Object.entries(then.properties ?? {});
    return keysOf(attributes).map(([name, ...rest]): Key => [`${key}.${name}`, ...rest]);
  });
  const rows = [...keysOf(holder), ...deeper].map(
    ([key, { description = '', errorMessage = '' }, isRequired]) => [
      asCode(key),
      inCell(description),
      inCell(`${sentence(errorMessage)}${isRequired ? '' : ' May be left out.'}`),
    ],
  );
  const unique = rows.filter((row, i) => rows.findIndex(([key]) => key === row[0]) === i);
  return unique.length > 0 ? [table(['key', 'meaning', 'value'], unique)] : [];
}

function choice(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' or $1');
}

/** `Must be …`, from an error message. */
function sentence(message: string): string {
  return message && `${message[0]?.toUpperCase()}${inMarkdown(message).slice(1)}.`;
}

function inYaml(example: unknown): string {
  return asCode(stringify(example, { collectionStyle: 'flow', lineWidth: 0 }).trim());
}
