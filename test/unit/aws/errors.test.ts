import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { assert, property, stringMatching } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awsErrorName, translate } from '../../../src/aws/errors.ts';
import { CofferError } from '../../../src/errors.ts';
import { REGION, useAws } from '../../support/aws.ts';
import { anyText } from '../../support/any-text.ts';

const aws = await useAws();

const PUT = { action: 'ssm:PutParameter', target: '/app/token' };

/** An error as the SDK throws it. */
function awsError(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name, ...more });
}

describe('AWS error → coffer error:', () => {
  test.each([
    ['AccessDeniedException', 'denied'],
    ['AccessDenied', 'denied'],
    ['CredentialsProviderError', 'credentials'],
    ['ExpiredTokenException', 'credentials'],
    ['UnrecognizedClientException', 'credentials'],
    ['SignatureDoesNotMatch', 'credentials'],
    ['TimeoutError', 'network'],
    ['DisabledException', 'key'],
    ['IncorrectKeyException', 'key'],
    ['InvalidKeyId', 'key'],
    ['KMSInvalidStateException', 'key'],
    ['InvalidCiphertextException', 'tampered'],
    ['NotFoundException', 'not-found'],
    ['ParameterNotFound', 'not-found'],
    ['ParameterVersionNotFound', 'not-found'],
    ['NoSuchKey', 'not-found'],
    ['NoSuchBucket', 'not-found'],
    ['PreconditionFailed', 'conflict'],
    ['ParameterAlreadyExists', 'conflict'],
    ['ThrottlingException', 'aws'],
    ['ValidationException', 'aws'],
    ['SomethingNew', 'aws'],
  ])('%s, %s', (name, code) => {
    const error = awsError(name, 'what AWS says');
    const failure = translate(error, PUT);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(/^ssm:PutParameter \/app\/token: ./);
    expect(failure.cause).toBe(error);
    expect(awsErrorName(failure)).toBe(name);
  });

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN', 'EPIPE'])(
    '%s, network',
    (code) => {
      const failure = translate(awsError('Error', `connect ${code}`, { code }), PUT);
      expect(failure.code).toBe('network');
      expect(failure.message).toContain(code);
    },
  );

  test.each([
    [403, 'denied'],
    [404, 'not-found'],
  ])('a bare status %i, %s', (httpStatusCode, code) => {
    const error = awsError('UnknownError', 'UnknownError', { $metadata: { httpStatusCode } });
    const failure = translate(error, PUT);
    expect(failure.code).toBe(code);
    expect(failure.message).not.toContain('Unknown');
  });

  test('no region, usage', () => {
    const failure = translate(new Error('Region is missing'), PUT);
    expect(failure.code).toBe('usage');
    expect(failure.hint).toContain('--region');
  });

  test.each(['nonsense', undefined, null, 42])('a thrown %j, aws', (thrown) => {
    expect(translate(thrown, PUT).code).toBe('aws');
  });
});

test('does not translate an error twice', () => {
  const failure = new CofferError('oversize', 'too large');
  expect(translate(failure, PUT)).toBe(failure);
});

test.each(['denied', 'credentials', 'network', 'key'])('%s has a hint', (code) => {
  const names = {
    denied: 'AccessDeniedException',
    credentials: 'ExpiredToken',
    network: 'TimeoutError',
    key: 'DisabledException',
  };
  const name = names[code as keyof typeof names];
  expect(translate(awsError(name, ''), PUT).hint).toMatch(/\w/);
});

describe('never shows a secret that AWS quotes', () => {
  /** AWS's words around a refused value. */
  const FORMS: ((value: string) => string)[] = [
    (value) =>
      `1 validation error detected: Value '${value}' at 'value' failed to satisfy constraint: Member must have length less than or equal to 8192`,
    (value) => `Parameter value: '${value}' with pattern [a-z]+ does not match`,
    (value) => `The parameter value ${value} cannot be validated against the allowed pattern`,
    (value) => `Value '${value}' at 'value' failed; Value '${value}' at 'tags' failed, too`,
  ];

  test.each(FORMS.map((form) => [form]))('%s', (form) => {
    // Random letters with a marker, so that no message contains them by chance.
    assert(
      property(anyText({ maxLength: 40 }), stringMatching(/^[a-z]{8}$/), (a, b) => {
        const secret = `${a}#${b}#${a}`;
        const error = awsError('ValidationException', form(secret));
        const { message } = translate(error, { ...PUT, secret });
        expect(message).not.toContain(`#${b}#`);
        expect(message).toContain('not shown');
      }),
    );
  });

  test("even if it contains AWS's own words", () => {
    for (const form of FORMS) {
      const secret = "x' at canary' with canary\n' at 'value";
      const error = awsError('ValidationException', form(secret));
      expect(translate(error, { ...PUT, secret }).message).not.toContain('canary');
    }
  });

  test('if it is in a list without a name', () => {
    const error = awsError('ValidationException', "Value 'canary' at 'parameters.1' failed");
    expect(translate(error, PUT).message).not.toContain('canary');
  });
});

describe('does not cut out what only looks like a secret:', () => {
  const ALIAS = 'Alias arn:aws:kms:us-east-1:111122223333:alias/nokey is not found.';

  test.each(['1', '22', '1111', 'alias', '111122223333'])(
    'the error about another thing stays as it is for %s',
    (secret) => {
      const { message } = translate(awsError('InvalidKeyId', ALIAS), { ...PUT, secret });
      expect(message).toBe(`ssm:PutParameter /app/token: ${ALIAS}`);
    },
  );

  test('no text has gaps that say what the secret is', () => {
    const texts = [ALIAS, "Value 'x' at 'tier' failed: Member must be one of [1, 11, 111]"];
    for (const name of ['InvalidKeyId', 'AccessDeniedException', 'ValidationException', 'New']) {
      for (const text of texts) {
        const of = (secret: string) => translate(awsError(name, text), { ...PUT, secret }).message;
        const whole = translate(awsError(name, text), PUT).message;
        const none = of('2');
        // Nobody who sees the message learns which short secret it was.
        for (const secret of ['1', '11', 'a', ',']) expect(of(secret)).toBe(none);
        for (const secret of ['1111', 'Member', ', 11']) {
          expect(of(secret) === whole || of(secret).includes(`${name} (the rest is not`)).toBe(
            true,
          );
        }
      }
    }
  });

  test('a long secret is not there by chance, whatever the error is about', () => {
    const secret = 'correct horse battery';
    const error = awsError('AccessDeniedException', `not allowed: {"Value": "${secret}"}`);
    expect(translate(error, { ...PUT, secret }).message).toBe(
      'ssm:PutParameter /app/token: AccessDeniedException (the rest is not shown, as it may quote the value)',
    );
  });
});

test("keeps the rest of AWS's message, on one line", () => {
  const said = "Value 'x' at 'tier' failed to satisfy constraint:\n  Member must be\tone of [a, b]";
  const { message } = translate(awsError('ValidationException', said), PUT);
  expect(message).toBe(
    "ssm:PutParameter /app/token: Value (not shown) at 'tier' failed to satisfy constraint: Member must be one of [a, b]",
  );
});

test('translates the errors that the SDK really throws', async () => {
  const missing = await aws.ssm
    .send(new GetParameterCommand({ Name: '/no/such' }))
    .catch((error: unknown) =>
      translate(error, { action: 'ssm:GetParameter', target: '/no/such' }),
    );
  expect(missing).toMatchObject({ code: 'not-found' });
  const value = `canary${'x'.repeat(9000)}`;
  const refused = await aws.ssm
    .send(new PutParameterCommand({ Name: '/a', Value: value, Type: 'String', Tier: 'Advanced' }))
    .catch((error: unknown) => translate(error, { ...PUT, secret: value }));
  expect(refused).toMatchObject({ code: 'aws' });
  expect((refused as CofferError).message).not.toContain('canary');
  const { ssm } = aws.clients(REGION);
  ssm.middlewareStack.add(
    () => () => Promise.reject(awsError('AggregateError', '', { code: 'ECONNREFUSED' })),
    { step: 'deserialize' },
  );
  const broken = await ssm
    .send(new GetParameterCommand({ Name: '/a' }))
    .catch((error: unknown) => translate(error, PUT));
  expect(broken).toMatchObject({ code: 'network' });
});

/** A refusal of AWS with these headers. */
function answered(name: string, message: string, httpStatusCode: number, headers: object = {}) {
  return awsError(name, message, { $metadata: { httpStatusCode }, $response: { headers } });
}

describe('says what to do about', () => {
  const GET = { action: 's3:GetObject', target: 's3://b/k', region: 'us-east-1' };

  test.each([
    ['RequestTimeTooSkewed', 'The difference is too large.', 403],
    ['InvalidSignatureException', 'Signature expired: 2026… is now earlier than …', 400],
    ['SignatureDoesNotMatch', 'Signature not yet current: 2026… is still later than …', 403],
    ['RequestExpired', 'Request has expired', 400],
  ])('a wrong clock: %s', (name, message, status) => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const failure = translate(answered(name, message, status, { date }), GET);
    expect(failure.code).toBe('aws');
    expect(failure.message).toMatch(/clock of this machine is wrong by (?:59|60) min, behind/);
    expect(failure.hint).toContain('NTP');
    expect(translate(answered(name, message, status), GET).message).toContain('clock');
  });

  test.each([
    [
      'PermanentRedirect',
      'use the specified endpoint',
      301,
      { 'x-amz-bucket-region': 'eu-west-1' },
    ],
    ['UnknownError', 'UnknownError', 400, { 'x-amz-bucket-region': 'eu-west-1' }],
    ['TemporaryRedirect', 'wait', 307, { 'x-amz-bucket-region': 'eu-west-1' }],
    [
      'AuthorizationHeaderMalformed',
      "the region 'us-east-1' is wrong; expecting 'eu-west-1'",
      400,
      {},
    ],
  ])('a bucket in another region: %s', (name, message, status, headers) => {
    const failure = translate(answered(name, message, status, headers), GET);
    expect(failure.message).toBe(
      's3:GetObject s3://b/k: the bucket is in another region: eu-west-1',
    );
    expect(failure.hint).toContain('eu-west-1');
  });

  test('a bad request to a bucket in the right region, without naming another', () => {
    const error = answered('UnknownError', '', 400, { 'x-amz-bucket-region': 'us-east-1' });
    expect(translate(error, GET).message).not.toContain('another region');
  });

  test('a label on the oldest version', () => {
    const said =
      "You attempted to create a new version of /app/token. Version 17, the oldest version, can't be deleted because it has a label associated with it.";
    const failure = translate(awsError('ParameterMaxVersionLimitExceeded', said), PUT);
    expect(failure.message).toContain('version 17');
    expect(failure.hint).toContain('aws ssm label-parameter-version --name /app/token');
    expect(failure.hint).toContain('coffer history /app/token');
  });

  test.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', /its CA is unknown/, /AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /it is self-signed/, /AWS_CA_BUNDLE/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /its CA is unknown/, /AWS_CA_BUNDLE/],
    ['CERT_HAS_EXPIRED', /it has expired/, /clock/],
    ['CERT_NOT_YET_VALID', /it is not valid yet/, /clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /it is for another host/, /AWS_ENDPOINT_URL/],
    ['EPROTO', /h\.test does not speak TLS/, /AWS_ENDPOINT_URL/],
    ['ENOTFOUND', /cannot reach h\.test/, /AWS_ENDPOINT_URL/],
  ])('a host that fails with %s', (code, message, hint) => {
    const failure = translate(awsError('Error', 'failed', { code, host: 'h.test' }), PUT);
    expect(failure).toMatchObject({ code: 'network' });
    expect(failure.message).toMatch(message);
    expect(failure.hint).toMatch(hint);
  });

  test('a region that is misspelt', () => {
    const host = 'ssm.us-eats-1.amazonaws.com';
    const failure = translate(awsError('Error', 'failed', { code: 'ENOTFOUND', host }), PUT);
    expect(failure.hint).toContain('the region us-eats-1');
  });

  test.each([
    ['Invalid Configuration: FIPS and custom endpoint are not supported', 'AWS_USE_FIPS_ENDPOINT'],
    ['FIPS is enabled but this partition does not support FIPS', 'AWS_USE_FIPS_ENDPOINT'],
    ['Region not accepted: region="us east 1" is not a valid hostname component.', 'us-east-1'],
  ])('a setting: %s', (message, hint) => {
    const failure = translate(new Error(message), PUT);
    expect(failure.code).toBe('usage');
    expect(failure.hint).toContain(hint);
  });

  test('credentials, in the words of the caller', () => {
    const error = awsError('ExpiredTokenException', 'expired');
    const failure = translate(error, PUT, 'sign in: aws sso login --profile dev');
    expect(failure.message).toContain('the credentials have expired');
    expect(failure.hint).toBe('sign in: aws sso login --profile dev');
  });
});
