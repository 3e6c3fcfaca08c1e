import { type FIELDS, type Member, ROWS, type SsmField } from './fields.ts';
import type { Parameter } from './model.ts';

type SsmMember = {
  [M in Member]: (typeof FIELDS)[M] extends { ssm: object } ? M : never;
}[Member];

/** The fields of a parameter that SSM stores, in the form of the model. */
export type SsmFields = Pick<Parameter, SsmMember>;

/** All of them, as read from SSM. */
export type ToldFields = Required<SsmFields>;

/** Their names in messages and reports. */
export type SsmName = (typeof FIELDS)[SsmMember]['ssm']['name'];

interface FieldDifference {
  field: SsmName;
  before: string;
  after: string;
}

type Row = SsmField<unknown> & { name: SsmName; member: SsmMember };

const SSM_ROWS = ROWS.flatMap(([member, { ssm }]) => (ssm ? [{ ...ssm, member } as Row] : []));

/** The differences between two versions of a parameter. */
export function compareFields(before: SsmFields, after: SsmFields): FieldDifference[] {
  return compare(SSM_ROWS, before, after);
}

/** The differences between actual and desired fields, for desired fields only. */
export function compareWanted(actual: SsmFields, wanted: SsmFields): FieldDifference[] {
  const rows = SSM_ROWS.filter(({ member, isAny }) => !isAny?.(wanted[member]));
  return compare(rows, actual, wanted);
}

function compare(rows: readonly Row[], before: SsmFields, after: SsmFields): FieldDifference[] {
  return rows.flatMap((row) => {
    const [from, to] = [formatField(row, before), formatField(row, after)];
    return from === to ? [] : [{ field: row.name, before: from, after: to }];
  });
}

function formatField({ member, absent, format = String }: Row, fields: SsmFields): string {
  return format(fields[member] ?? absent);
}

/** The fields of a parameter. */
export function ssmFieldsOf(parameter: SsmFields): SsmFields {
  return fromRows(({ member }) => parameter[member]);
}

/** The fields that a manifest must name; the others have SSM's defaults. */
export function notableFields(fields: SsmFields): SsmFields {
  return fromRows((row) =>
    formatField(row, fields) === formatField(row, {}) ? undefined : fields[row.member],
  );
}

/** `wanted`, plus defaults that remove all other fields: SSM keeps fields that a write omits. */
export function overwritingFields(wanted: SsmFields, actual: SsmFields = {}): SsmFields {
  const tiers = new Set([wanted.tier, actual.tier]);
  return fromRows(({ member, absent, isAny, onlyIn }) => {
    const value = wanted[member];
    const isLeft = isAny?.(value) || (onlyIn !== undefined && !tiers.has(onlyIn));
    return value ?? (isLeft ? undefined : absent);
  });
}

/** `wanted`, plus what it accepts of a parameter that is about to be replaced. */
export function replacingFields(wanted: SsmFields, actual: SsmFields): SsmFields {
  return fromRows(
    ({ member, isAny }) => wanted[member] ?? (isAny?.(undefined) ? actual[member] : undefined),
  );
}

/** Converts fields for PutParameter. */
export function sendFields(fields: SsmFields): Record<string, string> {
  const sent = SSM_ROWS.flatMap(({ member, api, send = String }) => {
    const value = fields[member];
    return value === undefined ? [] : [[api, send(value)]];
  });
  return Object.fromEntries(sent) as Record<string, string>;
}

/** Reads fields from an item of DescribeParameters or GetParameterHistory. */
export function receiveFields(item: object): ToldFields {
  const answers = item as Readonly<Record<string, unknown>>;
  return fromRows(({ api, absent, receive }) => {
    const answer = answers[api];
    return answer === undefined ? absent : (receive?.(answer) ?? answer);
  }) as ToldFields;
}

function fromRows(value: (row: Row) => unknown): SsmFields {
  return Object.fromEntries(SSM_ROWS.map((row) => [row.member, value(row)])) as SsmFields;
}
