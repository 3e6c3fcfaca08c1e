import type { Needs } from './bootstrap/needs.ts';

/** Languages of bootstrap's code; each is loaded on use. */
const RENDERERS = {
  terraform: async () => (await import('./terraform.ts')).renderTerraform,
  cloudformation: async () => (await import('./cloudformation.ts')).renderCloudFormation,
} satisfies Readonly<Record<string, () => Promise<(needs: Needs) => string>>>;

export type Language = keyof typeof RENDERERS;

export const LANGUAGES = Object.keys(RENDERERS) as Language[];

/** What `coffer bootstrap` would create, as code. */
export async function renderCode(needs: Needs, language: Language): Promise<string> {
  return (await RENDERERS[language]())(needs);
}
