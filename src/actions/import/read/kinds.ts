/** The kinds of files that import reads. */
export const FILE_KINDS = ['dotenv', 'json', 'yaml', 'tfvars'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** The kind by a file's name: anything else is a dotenv file. */
export function kindOf(file: string): FileKind {
  if (/\.json$/i.test(file)) return 'json';
  if (/\.ya?ml$/i.test(file)) return 'yaml';
  return /\.tfvars$/i.test(file) ? 'tfvars' : 'dotenv';
}
