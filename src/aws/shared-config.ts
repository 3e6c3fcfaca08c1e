import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { loadSharedConfigFiles } from '@smithy/core/config';
import { CofferError } from '../errors.ts';
import type { Environment } from './environment.ts';
import { readNamedFile } from './named-file.ts';

/** The settings of a section, by name; a nested one is `outer.inner`. */
export type Section = Readonly<Record<string, string | undefined>>;

/** The files that the AWS CLI and all SDKs read: `~/.aws/config` and `~/.aws/credentials`. */
export interface SharedConfig {
  /** The name of the profile that counts. */
  profileName: string;
  /** Where the name comes from; undefined for `default`. */
  namedBy: '--profile' | 'AWS_DEFAULT_PROFILE' | 'AWS_PROFILE' | undefined;
  /** The settings of that profile. */
  profile: Section;
  profiles: ReadonlyMap<string, Section>;
  /** Sections of another kind, such as `sso-session.main`. */
  sections: ReadonlyMap<string, Section>;
  /** Where the two files are. */
  files: { config: string; credentials: string };
}

/** A profile without files. */
export const NO_CONFIG: SharedConfig = {
  profileName: 'default',
  namedBy: undefined,
  profile: {},
  profiles: new Map(),
  sections: new Map(),
  files: { config: '~/.aws/config', credentials: '~/.aws/credentials' },
};

type SharedConfigFiles = Awaited<ReturnType<typeof loadSharedConfigFiles>>;

const OTHER_KINDS = /^(?:sso-session|services)\./;

/**
 * Reads the files. As in the AWS CLI, a file that does not exist is empty, and AWS_DEFAULT_PROFILE
 * comes before AWS_PROFILE.
 * @throws CofferError `credentials` for a file that exists and cannot be read
 */
export async function loadSharedConfig(
  environment: Environment,
  given: string | undefined,
): Promise<SharedConfig> {
  const files = {
    config: fileAt(environment, 'AWS_CONFIG_FILE', 'config'),
    credentials: fileAt(environment, 'AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
  };
  const { configFile, credentialsFile } = await read(files);
  const sections = new Map<string, Section>();
  const profiles = new Map<string, Section>();
  for (const [name, section] of Object.entries(configFile)) {
    (OTHER_KINDS.test(name) ? sections : profiles).set(name, section);
  }
  for (const [name, section] of Object.entries(credentialsFile)) {
    profiles.set(name, { ...profiles.get(name), ...section });
  }
  const { name, by } = nameOfProfile(environment, given);
  const profile = profiles.get(name) ?? {};
  return { profileName: name, namedBy: by, profile, profiles, sections, files };
}

/** Most machines of CI have neither, and then nothing needs to be loaded. */
async function read({ config, credentials }: SharedConfig['files']): Promise<SharedConfigFiles> {
  if (![config, credentials].some((file) => existsSync(file))) {
    return { configFile: {}, credentialsFile: {} };
  }
  const texts = {
    config: await textOf(config, 'AWS_CONFIG_FILE'),
    credentials: await textOf(credentials, 'AWS_SHARED_CREDENTIALS_FILE'),
  };
  const { loadSharedConfigFiles, externalDataInterceptor } = await import('@smithy/core/config');
  // By itself, the SDK takes a file that it cannot read for an empty one.
  const held = externalDataInterceptor.getFileRecord();
  const names = { configFilepath: 'config of coffer', filepath: 'credentials of coffer' };
  held[names.configFilepath] = Promise.resolve(texts.config);
  held[names.filepath] = Promise.resolve(texts.credentials);
  const loading = loadSharedConfigFiles(names);
  delete held[names.configFilepath];
  delete held[names.filepath];
  return loading;
}

/** @throws CofferError `credentials` if the file is there and cannot be read */
async function textOf(file: string, variable: string): Promise<string> {
  if (!existsSync(file)) return '';
  const hint = `mend it, or name another file with ${variable}`;
  const text = await readNamedFile(file, 'the AWS configuration', { code: 'credentials', hint });
  // The SDK would drop the whole file.
  if (/^\s*\[(?:profile )?__proto__\]/m.test(text)) {
    throw new CofferError('credentials', `cannot read ${file}: it has a section __proto__`, {
      hint,
    });
  }
  return text;
}

function nameOfProfile(
  environment: Environment,
  given: string | undefined,
): { name: string; by: SharedConfig['namedBy'] } {
  if (given) return { name: given, by: '--profile' };
  for (const by of ['AWS_DEFAULT_PROFILE', 'AWS_PROFILE'] as const) {
    const name = environment[by];
    if (name) return { name, by };
  }
  return { name: 'default', by: undefined };
}

function fileAt(environment: Environment, variable: string, name: string): string {
  const home = environment['HOME'] || environment['USERPROFILE'] || homedir();
  const file = environment[variable] || join(home, '.aws', name);
  return file.startsWith('~/') ? join(home, file.slice(2)) : file;
}

/**
 * The profile with this name.
 * @param namedBy what names it
 * @throws CofferError `credentials` if it does not exist
 */
export function profileNamed(
  { profiles, files }: SharedConfig,
  name: string,
  namedBy: string,
): Section {
  const profile = profiles.get(name);
  if (profile) return profile;
  const names = [...profiles.keys()].toSorted();
  const shown = names.slice(0, 20).join(', ') + (names.length > 20 ? ', …' : '');
  throw new CofferError(
    'credentials',
    `the AWS profile ${name} does not exist (${namedBy} names it)`,
    {
      hint:
        names.length === 0
          ? `there are no profiles in ${files.config} and ${files.credentials}`
          : `the profiles are ${shown}`,
    },
  );
}
