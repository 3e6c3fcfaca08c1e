import { pin } from '../../actions/pin.ts';
import { checkPins, type BehindPin } from '../../actions/pin/check.ts';
import { CofferError } from '../../errors.ts';
import { DELETION_POLICIES, SECRET_TYPES } from '../../formats/coffer-secret.ts';
import { countOf } from '../../formats/count.ts';
import { visible } from '../../formats/visible.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  if (flags.boolean('check')) return check(context);
  if (json) {
    throw new CofferError('usage', '--json works only with --check', {
      hint: 'standard output is the CofferSecret, as YAML',
    });
  }
  const { text } = await pin(tools, args, {
    name: flags.string('name'),
    namespace: flags.string('namespace'),
    suffix: flags.boolean('suffix'),
    immutable: flags.boolean('immutable'),
    only: flags.list('only'),
    fromReport: flags.string('fromReport'),
    type: flags.choice('type', SECRET_TYPES),
    roleArn: flags.string('roleArn'),
    deletionPolicy: flags.choice('deletionPolicy', DELETION_POLICIES),
    restart: flags.list('restart'),
  });
  await terminal.write(text);
  return EXIT.ok;
}

/** What makes a CofferSecret, and so has no meaning for one that is there. */
const MAKING = ['name', 'namespace', 'only', 'fromReport', 'type', 'roleArn', 'restart'] as const;

async function check(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const isMaking =
    MAKING.some((name) => flags.list(name).length > 0) ||
    flags.string('deletionPolicy') !== undefined ||
    flags.boolean('suffix') ||
    flags.boolean('immutable');
  if (isMaking) {
    throw new CofferError('usage', '--check takes no other flags of pin', {
      hint: 'it compares what is in the files: coffer pin --check app.yaml',
    });
  }
  const report = await checkPins(tools, args);
  const { pins, behind } = report;
  if (json) await writeReport(context, report);
  else await terminal.write(behind.map((item) => `${visible(describe(item))}\n`).join(''));
  terminal.note(
    behind.length === 0
      ? `${countOf(pins, 'pin')} up to date`
      : `${behind.length} of ${countOf(pins, 'pin')} behind`,
  );
  return behind.length > 0 ? EXIT.different : EXIT.ok;
}

function describe({ resource, key, name, pinned, current, why }: BehindPin): string {
  return `${resource} ${key}: ${name} is pinned to ${pinned}, ${TEXTS[why](current)}`;
}

const TEXTS: Readonly<Record<BehindPin['why'], (current: BehindPin['current']) => string>> = {
  version: (current) => `AWS has ${current}`,
  object: () => 'which names another object in AWS',
  replaced: (current) => `AWS has a newer parameter of that name, at version ${current}`,
  missing: () => 'AWS has none',
};
