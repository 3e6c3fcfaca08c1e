/** The SDK's services for which a caller may have clients of its own. */
export const SERVICES = ['kms', 'ssm', 's3', 'secretsmanager'] as const;
export type ServiceName = (typeof SERVICES)[number];
