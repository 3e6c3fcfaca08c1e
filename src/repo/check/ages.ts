import type { Problem } from '../../errors.ts';
import { shellFile } from '../../files/shell-words.ts';
import { countOf } from '../../formats/count.ts';
import { ageOf, type Age } from '../../manifest/age.ts';
import type { Manifest, Parameter } from '../../manifest/model.ts';

/** What the ages of a manifest's secrets say on one day. */
interface Ages {
  /** Days that cannot be right. */
  wrong: Problem[];
  /** Secrets past their max_age, and those whose age nobody knows. */
  overdue: Problem[];
}

/** @param today such as `2026-11-27` */
export function findAges(manifest: Manifest, today: string): Ages {
  const aged = manifest.parameters.flatMap((parameter) => {
    const age = ageOf(manifest, parameter, today);
    return age ? [{ parameter, age }] : [];
  });
  const wrong = aged.filter(({ age: { changed } }) => changed !== undefined && changed > today);
  const overdue = aged.filter(({ age }) => age.overdue);
  const unknown = aged.filter(({ age }) => age.state === 'unknown' && age.changed === undefined);
  return {
    wrong: wrong.map(({ parameter: { name, changed, place } }) => ({
      message: `${name}: "changed" is in the future: ${changed}`,
      hint: 'write the day on which its value was last changed, or remove the line',
      place,
    })),
    overdue: [
      ...overdue.map(({ parameter, age }) => describeOverdue(manifest, parameter, age)),
      ...describeUnknown(unknown.map(({ parameter }) => parameter)),
    ],
  };
}

function describeOverdue({ file }: Manifest, { name, origin, place }: Parameter, age: Age) {
  const message = `${name} is overdue: it was due on ${age.due}, is ${countOf(age.days ?? 0, 'day')} old, and its max_age is ${age.maxAge}`;
  if (origin && 'file' in origin) {
    return {
      message,
      hint: `change ${origin.file}, and run coffer encrypt ${shellFile(file)}`,
      place,
    };
  }
  return { message, hint: `coffer ${origin ? 'rotate' : 'set'} ${shellFile(file)} ${name}`, place };
}

/** One line for all: whoever starts to use max_age has many of them. */
function describeUnknown(parameters: readonly Parameter[]): Problem[] {
  const [first] = parameters;
  if (!first) return [];
  const names = parameters.map(({ name }) => name).join(', ');
  const what = countOf(parameters.length, 'secret');
  return [
    {
      message: `${what} with a max_age, but without the day of the last change: ${names}`,
      hint: 'coffer writes it with the next value; or write it, such as "changed: 2026-01-31"',
      place: first.place,
    },
  ];
}
