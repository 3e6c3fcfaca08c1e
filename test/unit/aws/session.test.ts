import { expect, test } from 'vitest';
import { createKms } from '../../../src/aws/kms.ts';
import { clientConfig } from '../../../src/aws/client-config.ts';
import { useAws } from '../../support/aws.ts';

const aws = await useAws();

test('ignores an empty region or profile', () => {
  const config = clientConfig({ profile: '', concurrency: 1 }, 'kms', '');
  expect(config).not.toHaveProperty('region');
  expect(config).not.toHaveProperty('profile');
  expect(() => createKms({ endpoint: aws.endpoint, concurrency: 1 }, '')).not.toThrow();
});
