import type { Format } from './format.ts';

/** All formats of `export`; each is loaded on use. */
const FORMATS = {
  shell: () => import('./shell.ts'),
  fish: () => import('./fish.ts'),
  powershell: () => import('./powershell.ts'),
  dotenv: () => import('./dotenv.ts'),
  docker: () => import('./docker.ts'),
  github: () => import('./github.ts'),
  tfvars: () => import('./tfvars.ts'),
  json: () => import('./json.ts'),
  yaml: () => import('./yaml.ts'),
  k8s: () => import('./k8s.ts'),
} satisfies Readonly<Record<string, () => Promise<{ format: Format }>>>;

export type FormatName = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

export async function loadFormat(name: FormatName): Promise<Format> {
  return (await FORMATS[name]()).format;
}
