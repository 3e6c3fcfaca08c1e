import { describe, expect, test } from 'vitest';
import { readSetup } from '../../../src/aws/setup.ts';
import { describeSource, findSource, renewal } from '../../../src/aws/source.ts';
import { awsFiles } from '../../support/aws-files.ts';

const CANARY = 'canary-secret';
const CONFIG = `
[default]
region = us-east-1
[profile keys]
aws_access_key_id = AKIAKEYS
aws_secret_access_key = ${CANARY}
[profile half]
aws_access_key_id = AKIAHALF
[profile process]
credential_process = echo ${CANARY}
[profile sso]
sso_session = main
sso_account_id = 111122223333
sso_role_name = dev
[profile login]
login_session = arn:aws:iam::111122223333:user/me
[profile role]
role_arn = arn:aws:iam::111122223333:role/a
source_profile = keys
external_id = ${CANARY}
mfa_serial = arn:aws:iam::111122223333:mfa/me
duration_seconds = 900
[profile chain]
role_arn = arn:aws:iam::111122223333:role/b
source_profile = role
[profile own]
role_arn = arn:aws:iam::111122223333:role/c
source_profile = own
aws_access_key_id = AKIAOWN
aws_secret_access_key = ${CANARY}
[profile web]
role_arn = arn:aws:iam::111122223333:role/d
web_identity_token_file = /token
[profile named]
role_arn = arn:aws:iam::111122223333:role/e
credential_source = Environment
[profile ec2]
role_arn = arn:aws:iam::111122223333:role/e
credential_source = Ec2InstanceMetadata
[profile ecs]
role_arn = arn:aws:iam::111122223333:role/e
credential_source = EcsContainer
[profile odd]
role_arn = arn:aws:iam::111122223333:role/e
credential_source = Elsewhere
[profile both]
role_arn = arn:aws:iam::111122223333:role/e
credential_source = Environment
source_profile = keys
[profile alone]
role_arn = arn:aws:iam::111122223333:role/e
[profile missing]
role_arn = arn:aws:iam::111122223333:role/e
source_profile = gone
[profile empty]
role_arn = arn:aws:iam::111122223333:role/e
source_profile = default
[profile circle]
role_arn = arn:aws:iam::111122223333:role/e
source_profile = square
[profile square]
role_arn = arn:aws:iam::111122223333:role/e
source_profile = circle
`;

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: CANARY };
const WEB = { AWS_WEB_IDENTITY_TOKEN_FILE: '/t', AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/w' };
const ECS = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `/v2/${CANARY}` };

async function sourceOf(variables: Record<string, string>, profile?: string) {
  const environment = { ...(await awsFiles(CONFIG)), ...variables };
  return findSource(await readSetup(environment, profile));
}

describe('credentials come from where the AWS CLI finds them:', () => {
  test.each([
    [KEYS, undefined, 'AWS_ACCESS_KEY_ID in the environment'],
    [{ ...KEYS, AWS_PROFILE: 'keys' }, undefined, 'AWS_ACCESS_KEY_ID in the environment'],
    [KEYS, 'keys', 'the keys of the profile keys'],
    [{ AWS_PROFILE: 'keys' }, undefined, 'the keys of the profile keys'],
    [{ AWS_PROFILE: 'keys', AWS_DEFAULT_PROFILE: 'sso' }, undefined, /SSO session of .* sso/],
    [{ AWS_PROFILE: 'nope' }, 'keys', 'the keys of the profile keys'],
    [{ AWS_SECRET_ACCESS_KEY: CANARY }, 'process', /^credential_process of the profile process/],
    [{}, 'sso', 'the SSO session of the profile sso'],
    [{}, 'login', 'aws login of the profile login'],
    [{}, 'role', 'the role of the profile role, assumed with the keys of the profile keys'],
    [{}, 'chain', /the profile chain, assumed with the role of the profile role, assumed with/],
    [{}, 'own', 'the role of the profile own, assumed with the keys of the profile own'],
    [{}, 'web', 'the web identity of the profile web'],
    [KEYS, 'named', /assumed with AWS_ACCESS_KEY_ID in the environment/],
    [{}, 'ec2', /assumed with the metadata of this instance/],
    [ECS, 'ecs', /assumed with the container's credentials at 169.254.170.2$/],
    [WEB, undefined, 'AWS_WEB_IDENTITY_TOKEN_FILE in the environment'],
    [WEB, 'keys', 'the keys of the profile keys'],
    [{ ...WEB, AWS_PROFILE: 'keys' }, undefined, 'AWS_WEB_IDENTITY_TOKEN_FILE in the environment'],
    [{ ...WEB, AWS_PROFILE: 'role' }, undefined, /the role of the profile role/],
    [ECS, undefined, "the container's credentials at 169.254.170.2"],
    [
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://localhost:1/${CANARY}` },
      undefined,
      "the container's credentials at localhost:1",
    ],
    [{}, undefined, 'the metadata of this instance'],
    [{}, 'default', 'the metadata of this instance'],
  ])('%j and the profile %s: %s', async (variables, profile, words) => {
    const source = await sourceOf(variables, profile);
    const text = describeSource(source);
    expect(text).toMatch(words);
    expect(`${text} ${renewal(source)}`).not.toContain(CANARY);
  });
});

describe('settings that cannot work are named:', () => {
  test.each([
    [{}, 'nope', 'nope does not exist (--profile names it)'],
    [{ AWS_PROFILE: 'nope' }, undefined, 'nope does not exist (AWS_PROFILE names it)'],
    [{ ...KEYS, AWS_PROFILE: 'nope' }, undefined, 'nope does not exist'],
    [{ AWS_ACCESS_KEY_ID: 'AKIA' }, undefined, 'AWS_SECRET_ACCESS_KEY is not'],
    [{}, 'half', 'half has aws_access_key_id, but not aws_secret_access_key'],
    [{}, 'missing', 'gone does not exist (source_profile of missing names it)'],
    [{}, 'empty', 'default has no credentials (source_profile of empty names it)'],
    [{}, 'alone', 'says no credentials to assume the role with'],
    [{}, 'both', 'has source_profile and credential_source'],
    [{}, 'odd', 'credential_source of the AWS profile odd is Elsewhere'],
    [{}, 'named', 'AWS_SECRET_ACCESS_KEY are not set'],
    [{}, 'ecs', 'AWS_CONTAINER_CREDENTIALS_FULL_URI are not set'],
    [{ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'host' }, undefined, 'FULL_URI is not a URL'],
    [{}, 'circle', 'circle → square → circle need each other'],
  ])('%j and the profile %s: %s', async (variables, profile, words) => {
    await expect(sourceOf(variables, profile)).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringContaining(words) as string,
    });
  });

  test('an unknown profile, with those that exist', async () => {
    await expect(sourceOf({}, 'nope')).rejects.toHaveProperty(
      'hint',
      expect.stringMatching(/^the profiles are alone, both, chain, .*keys/),
    );
  });
});
