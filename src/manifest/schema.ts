import schema from '../../schemas/manifest.schema.json' with { type: 'json' };

/** The JSON schema of manifests, for editors. */
export function manifestSchema(): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
