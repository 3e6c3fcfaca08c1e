import { type FIELDS, type Member, ROWS, type SsmField } from './fields.ts';
import type { Parameter } from './model.ts';

type SsmMember = {
  [M in Member]: (typeof FIELDS)[M] extends { ssm: object } ? M : never;
}[Member];

/** What SSM holds of a parameter in fields of the table's; the model's own words for it. */
export type SsmFields = Pick<Parameter, SsmMember>;

/** All of them, as SSM tells them. */
export type ToldFields = Required<SsmFields>;

/** What messages and reports call them. */
export type SsmName = (typeof FIELDS)[SsmMember]['ssm']['name'];

interface FieldDifference {
  field: SsmName;
  before: string;
  after: string;
}

type Row = SsmField<unknown> & { name: SsmName; member: SsmMember };

const SSM_ROWS = ROWS.flatMap(([member, { ssm }]) => (ssm ? [{ ...ssm, member } as Row] : []));

/** How one version of a parameter differs from another. */
export function compareFields(before: SsmFields, after: SsmFields): FieldDifference[] {
  return compare(SSM_ROWS, before, after);
}

/** How what SSM has differs from what is wanted, where something is. */
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

/** Those of a parameter. */
export function ssmFieldsOf(parameter: SsmFields): SsmFields {
  return fromRows(({ member }) => parameter[member]);
}

/** Those that a manifest has to name; the others are as SSM has them by itself. */
export function notableFields(fields: SsmFields): SsmFields {
  return fromRows((row) =>
    formatField(row, fields) === formatField(row, {}) ? undefined : fields[row.member],
  );
}

/** `wanted`, and what takes away all else: of what a write leaves out, SSM keeps the old one. */
export function overwritingFields(wanted: SsmFields, actual: SsmFields = {}): SsmFields {
  const tiers = new Set([wanted.tier, actual.tier]);
  return fromRows(({ member, absent, isAny, onlyIn }) => {
    const value = wanted[member];
    const isLeft = isAny?.(value) || (onlyIn !== undefined && !tiers.has(onlyIn));
    return value ?? (isLeft ? undefined : absent);
  });
}

/** For PutParameter. */
export function sendFields(fields: SsmFields): Record<string, string> {
  const sent = SSM_ROWS.flatMap(({ member, api, send = String }) => {
    const value = fields[member];
    return value === undefined ? [] : [[api, send(value)]];
  });
  return Object.fromEntries(sent) as Record<string, string>;
}

/** From an item of DescribeParameters or GetParameterHistory. */
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
