/** The kinds of files that import reads. */
export const FILE_KINDS = ['dotenv', 'json', 'yaml', 'tfvars'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** The kind that a file's name says; undefined for a name that says none. */
export function kindOf(file: string): FileKind | undefined {
  if (/\.json$/i.test(file)) return 'json';
  if (/\.ya?ml$/i.test(file)) return 'yaml';
  if (/\.tfvars$/i.test(file)) return 'tfvars';
  return /(?:^|\/)\.env[^/]*$|\.env$/i.test(file) ? 'dotenv' : undefined;
}
