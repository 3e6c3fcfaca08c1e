import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import type { Stored } from './stored.ts';

/** Texts that a careless writer of YAML would change. */
const NASTY: readonly string[] = [
  '1.10',
  '0123',
  '1e3',
  'yes',
  'null',
  '~',
  '2001-01-01',
  '12:30:45',
  '- item',
  '# no comment',
  'a: b',
  'a #b',
  '"quoted"',
  "it's",
  '{a: [1]}',
  '*alias',
  '&anchor',
  '!tag',
  '| block',
  '> folded',
  '%YAML 1.2',
  '@at',
  '`tick`',
  '---',
  '<<',
  ' leading and trailing ',
  ' ',
  '\t',
  'first\nsecond',
  'first\nsecond\n\n',
  '\n leading break',
  'trailing blanks  \nin lines',
  'tab\there',
  'a\r\nb\rc',
  'back\\slash \\n',
  '🔑 grün é é',
  '\u2028 \u00a0 \u202e \ufeff',
  'ENC(not ours)',
  'enc[v1,00000000,AAAA]',
  ' ENC[v1,00000000,AAAA]',
  's3://bucket/no-digest',
  'x'.repeat(4096),
];

/** Names that YAML does not read as text, and names of different shapes. */
const NAMES: readonly string[] = ['null', 'true', '0123', '1.10', '-dash', '.dot', 'a/b/c', '_'];

/** What was written: decrypted values, by name without the path. */
export interface Estate {
  values: Map<string, string>;
  /** Tags that all of its parameters have. */
  tags: Readonly<Record<string, string>>;
}

/**
 * `count` parameters of all kinds, as other people's tools may have left them. Every secret holds
 * `canary`, in some with text before it.
 */
export async function createEstate(
  stored: Stored,
  prefix: string,
  { count, kmskey, canary }: { count: number; kmskey: string; canary: string },
): Promise<Estate> {
  const tags = { cost_center: 'team17', 'with blanks': 'a: b' };
  const values = new Map<string, string>();
  for (let index = 0; index < count; index++) {
    const name = NAMES[index] ?? `${['', 'web/', 'db/main/'][index % 3]}p${index}`;
    const nasty = NASTY[index % NASTY.length] ?? '';
    const { Value, ...rest } = parameterOf(index, nasty, canary, kmskey);
    await stored.put(prefix + name, Value, rest);
    const own: Record<string, string> =
      index % 7 === 0 ? { owner: `team ${index}`, '0': 'null', empty: '' } : {};
    await stored.tag(prefix + name, { ...tags, ...own });
    values.set(name, Value);
  }
  return { values, tags };
}

function parameterOf(
  index: number,
  nasty: string,
  canary: string,
  KeyId: string,
): Omit<PutParameterCommandInput, 'Name'> & { Value: string } {
  const described = index % 5 === 0 ? { Description: `About it: "${nasty.slice(0, 900)}" #` } : {};
  switch (index % 6) {
    case 0:
    case 1: {
      const Value = nasty.length > 4000 ? nasty : `${nasty}${canary}`;
      return { Type: 'SecureString', KeyId, Value, ...described };
    }
    case 2:
      return { Type: 'StringList', Value: `a,${index},null,ünï`, ...described };
    case 3:
      return {
        Type: 'SecureString',
        KeyId,
        Tier: 'Advanced',
        Value: `ENC[v1,00000000,AAAA]\n${canary}${'y'.repeat(7000)}`,
      };
    case 4:
      return { Type: 'String', AllowedPattern: '^[^"]*: #?$|.*', Value: `v${index}`, ...described };
    default:
      return { Type: 'String', Value: nasty, ...described };
  }
}
