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
