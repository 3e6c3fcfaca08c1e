import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FORMAT_NAMES, loadFormat } from '../../../src/formats/index.ts';
import { ENVIRONMENT, type VariableRules } from '../../../src/formats/format.ts';
import { isLostInPosix } from '../../../src/formats/shell-names.ts';
import { SPECIAL_NAMES } from '../../../src/formats/special-names.ts';
import { assignVariables, type VariableNames } from '../../../src/formats/variables.ts';
import { checkManifests } from '../../../src/repo/check/check.ts';
import { failureOf } from '../../support/failure.ts';
import { NOWHERE, ON_A_DAY, sealedBlob, sealedManifest } from '../../support/repository.ts';

const LISTED = Object.values(SPECIAL_NAMES).flatMap((names) => names.split(' '));

/** Of each family one. */
const NAMES = LISTED.map((name) => name.replaceAll('*', 'X'));

/** Names that are not listed one by one. */
const OF_FAMILIES = (
  'AWS_ENDPOINT_URL_ECR AWS_PAGER BAT_PAGER CARGO_BUILD_RUSTC_WRAPPER CLOUDSDK_PYTHON ' +
  'DYLD_INSERT_LIBRARIES GH_PAGER GIT_ASKPASS GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 ' +
  'GIT_CONFIG_VALUE_0 GIT_EDITOR GIT_SSH_COMMAND GIT_TRACE GIT_TRACE_PACKET KUBE_EDITOR ' +
  'KUBECTL_EXTERNAL_DIFF NPM_CONFIG_NODE_GYP NPM_CONFIG_REGISTRY NPM_CONFIG_SCRIPT_SHELL ' +
  'OPENSSL_CONF PERL5OPT PROMPT_COMMAND PYTEST_ADDOPTS RUBYGEMS_GEMDEPS RUBYOPT TF_CLI_ARGS ' +
  'TF_CLI_ARGS_PLAN TF_CLI_CONFIG_FILE WGETRC YARN_YARN_PATH'
).split(' ');

const COMMON_SECRETS = (
  'API_KEY API_TOKEN AUTH_TOKEN AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN ' +
  'CI_JOB_TOKEN CLIENT_SECRET COOKIE_SECRET DATABASE_URL DB_PASSWORD DOCKER_PASSWORD ' +
  'ENCRYPTION_KEY GH_TOKEN GITHUB_TOKEN GITLAB_TOKEN GOOGLE_APPLICATION_CREDENTIALS HOST ' +
  'JWT_SECRET LICENSE_KEY MYSQL_PWD NODE_AUTH_TOKEN NPM_TOKEN PASSWORD PGPASSWORD ' +
  'PIP_INDEX_URL PRIVATE_KEY REDIS_URL SECRET_KEY_BASE SENTRY_DSN SLACK_WEBHOOK_URL ' +
  'SMTP_PASSWORD SSH_PRIVATE_KEY STRIPE_SECRET_KEY TOKEN USER USERNAME ' +
  'ACTIONS_RUNTIME_TOKEN ANSIBLE_VAULT_PASSWORD AWS_CONTAINER_AUTHORIZATION_TOKEN ' +
  'BUNDLE_GEMS__EXAMPLE__COM CARGO_REGISTRY_TOKEN CLOUDSDK_AUTH_ACCESS_TOKEN COMPOSER_AUTH ' +
  'DOCKER_AUTH_CONFIG GEM_HOST_API_KEY GIT_PASSWORD GIT_TOKEN GIT_USERNAME HELM_KUBETOKEN ' +
  'LD_SDK_KEY NODE_ENV NPM_CONFIG_OTP NPM_CONFIG__AUTH NPM_CONFIG__AUTHTOKEN ' +
  'NPM_CONFIG__PASSWORD ORG_GRADLE_PROJECT_SIGNINGKEY PIP_EXTRA_INDEX_URL ' +
  'PYTHONANYWHERE_API_TOKEN SOPS_AGE_KEY TF_TOKEN_APP_TERRAFORM_IO TF_VAR_DB_PASSWORD ' +
  'YARN_NPM_AUTH_IDENT YARN_NPM_AUTH_TOKEN'
).split(' ');

/** The rules of exec, and of every format with variables of the environment. */
const ENVIRONMENTS: [string, VariableRules][] = [['exec', ENVIRONMENT]];
const OTHERS: [string, VariableRules][] = [];
for (const name of FORMAT_NAMES) {
  const format = await loadFormat(name);
  if ('rules' in format)
    (format.rules.isEnvironment ? ENVIRONMENTS : OTHERS).push([name, format.rules]);
}

function assign(rules: VariableRules, names: readonly string[], options: VariableNames = {}) {
  const secrets = names.map((name) => ({ name, bytes: Buffer.from('1'), isSecret: true }));
  return assignVariables(secrets, rules, options, () => undefined);
}

async function check(text: string) {
  const source = { file: 'm.yml', path: '/x/m.yml', bytes: Buffer.from(text) };
  return checkManifests({ ...NOWHERE, sources: [source] }, ON_A_DAY);
}

function listOf(names: readonly string[]): string {
  return sealedManifest(
    names.map((name) => `  - {name: ${name}, type: String, value: 1}\n`).join(''),
  );
}

test('only formats without an environment take every name', () => {
  expect(OTHERS.map(([name]) => name)).toEqual(['tfvars', 'json', 'yaml']);
});

describe.each(ENVIRONMENTS)('%s', (_, rules) => {
  test('refuses every name that programs obey, all in one error', async () => {
    const names = NAMES.filter((name) => !rules.findNameFault?.(name, undefined));
    const { code, problems } = await failureOf(() => assign(rules, names));
    expect(code).toBe('usage');
    expect(problems.map(({ message }) => message.split(' ')[0])).toEqual(names);
    for (const { message, hint } of problems) {
      expect(message).toMatch(/^(\S+) would set \1, which .+ would obey$/);
      for (const way of ['--prefix', '--only', '--allow-special']) expect(hint).toContain(way);
    }
  });

  test('refuses other names of a family', async () => {
    const { problems } = await failureOf(() => assign(rules, OF_FAMILIES));
    expect(problems.map(({ message }) => message.split(' ')[0])).toEqual(OF_FAMILIES);
  });

  test('refuses such names in lower case, too', async () => {
    await expect(assign(rules, ['https_proxy'], { names: 'exact' })).rejects.toThrow('obey');
  });

  test('refuses the variable with the path of a file, too', async () => {
    const secret = { name: 'ssl_cert', bytes: Buffer.of(0xff), isSecret: true };
    const run = assignVariables([secret], rules, {}, () => '/nowhere');
    await expect(run).rejects.toThrow('SSL_CERT_FILE');
  });

  test('takes them with a prefix, or if the caller allows them', async () => {
    const names = NAMES.filter((name) => !isLostInPosix(name));
    expect(await assign(rules, names, { prefix: 'APP_' })).toHaveLength(names.length);
    const allowed = await assign(rules, names, { allowSpecial: true });
    expect(allowed.map(({ variable }) => variable)).toEqual(names);
  });

  test('takes the usual names of secrets', async () => {
    expect(COMMON_SECRETS.length).toBeGreaterThan(30);
    const variables = await assign(rules, COMMON_SECRETS);
    expect(variables.map(({ variable }) => variable)).toEqual(COMMON_SECRETS);
  });
});

test.each(OTHERS)('%s takes every name', async (_, rules) => {
  expect(await assign(rules, NAMES, { names: 'upper' })).toHaveLength(NAMES.length);
});

describe('check', () => {
  test('warns about every such name, at its line', async () => {
    const { problems, warnings } = await check(listOf(NAMES.map((name) => name.toLowerCase())));
    expect(problems).toEqual([]);
    expect(warnings.map(({ message }) => /would set (\S+),/.exec(message)?.[1])).toEqual(NAMES);
    for (const { place, hint } of warnings) {
      expect(place?.line).toBeGreaterThan(0);
      expect(hint).toContain('--prefix');
    }
  });

  test('warns about a blob whose file would have such a variable', async () => {
    const { warnings } = await check(
      sealedManifest(sealedBlob('ssl_cert', 'sealed bytes of a blob')),
    );
    expect(warnings.map(({ message }) => message)).toEqual([
      'ssl_cert would set SSL_CERT_FILE, which TLS libraries and proxies would obey',
    ]);
  });

  test('does not warn about the usual names of secrets', async () => {
    expect(await check(listOf(COMMON_SECRETS))).toMatchObject({ problems: [], warnings: [] });
  });
});

test('each name is listed once, and docs/special-names.md lists the same, with sources', () => {
  expect(LISTED.toSorted()).toEqual([...new Set(LISTED)].toSorted());
  const rows = readFileSync('docs/special-names.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const documented = rows.map(([, reader = '', names = '']) => [reader, names.replaceAll('`', '')]);
  expect(Object.fromEntries(documented)).toEqual(SPECIAL_NAMES);
  for (const [, , , source] of rows) expect(source).toBeTruthy();
});
