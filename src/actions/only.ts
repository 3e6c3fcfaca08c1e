import { CofferError } from '../errors.ts';
import { parseSelector } from '../plan/versions.ts';
import { didYouMean } from './parameter-name.ts';

/** The names given with `only`. */
export class Only {
  readonly #versions = new Map<string, string | undefined>();
  readonly #used = new Set<string>();
  /** All names that it could be. */
  readonly #known = new Set<string>();

  constructor(words: readonly string[]) {
    for (const word of words) {
      const selector = parseSelector(word);
      this.#versions.set(selector?.name ?? word, selector?.version);
    }
  }

  /** The names as they were given, without their versions. */
  get names(): string[] {
    return [...this.#versions.keys()];
  }

  /** Whether there are names, and all of them can be under a path. */
  areBelow(path: string): boolean {
    const couldBe = (name: string) => !name.startsWith('/') || name.startsWith(path);
    return this.names.length > 0 && this.names.every(couldBe);
  }

  get hasVersions(): boolean {
    return [...this.#versions.values()].some((version) => version !== undefined);
  }

  /** Whether a parameter is chosen, by either of its names. */
  has(name: string, fullName: string): boolean {
    if (this.#versions.size === 0) return true;
    const key = this.#versions.has(name) ? name : fullName;
    this.#used.add(key);
    this.#known.add(name);
    return this.#versions.has(key);
  }

  version(name: string, fullName: string): string | undefined {
    return this.#versions.get(name) ?? this.#versions.get(fullName);
  }

  refuseUnused(): void {
    const unused = [...this.#versions.keys()].filter((name) => !this.#used.has(name));
    const [first] = unused;
    if (first === undefined) return;
    throw new CofferError('usage', `parameter not found: ${unused.join(', ')}`, {
      hint: didYouMean(first, [...this.#known]),
    });
  }
}
