import { Ajv } from 'ajv';

// From the Kubernetes API's reference: Secret v1 core, ObjectMeta, and the syntax of names, labels
// and annotations. What its server checks beyond the types is written as a pattern or a length.
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;

const SECRET = {
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata'],
  properties: {
    apiVersion: { const: 'v1' },
    kind: { const: 'Secret' },
    type: { type: 'string', minLength: 1 },
    immutable: { type: 'boolean' },
    metadata: {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: { type: 'string', maxLength: 253, pattern: `^${SUBDOMAIN}$` },
        namespace: { type: 'string', maxLength: 63, pattern: `^${LABEL}$` },
        labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 63 } },
        annotations: {
          type: 'object',
          // A qualified name: an optional DNS subdomain and a slash, then a name.
          propertyNames: {
            maxLength: 253 + 1 + 63,
            pattern: `^(${SUBDOMAIN}/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$`,
          },
          additionalProperties: { type: 'string' },
        },
      },
    },
    data: {
      type: 'object',
      propertyNames: {
        minLength: 1,
        maxLength: 253,
        pattern: '^[-._a-zA-Z0-9]+$',
        not: { pattern: '^(\\.$|\\.\\.)' },
      },
      additionalProperties: {
        type: 'string',
        pattern: '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
      },
    },
  },
} as const;

/** A Secret as the API server accepts it. */
export interface K8sSecret {
  apiVersion: 'v1';
  kind: 'Secret';
  type?: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  data?: Record<string, string>;
}

/** The API server's objections; empty if it accepts the Secret. */
export function faultsOfSecret(candidate: unknown): string[] {
  const ajv = new Ajv({ allErrors: true });
  ajv.validate(SECRET, candidate);
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

export function isSecret(candidate: unknown): candidate is K8sSecret {
  return faultsOfSecret(candidate).length === 0;
}
