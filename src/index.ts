export type { BootstrapReport } from './actions/bootstrap.ts';
export type { CheckReport } from './actions/check.ts';
export type { ComparisonReport } from './actions/compare.ts';
export type { FindReport } from './actions/find.ts';
export type { GcReport } from './actions/gc.ts';
export type { HistoryVersion } from './actions/history.ts';
export type { ListedParameter } from './actions/list.ts';
export type { NukeReport } from './actions/nuke.ts';
export type { PlanReport } from './actions/plan-report.ts';
export type { RecoveryReport } from './actions/recovery-report.ts';
export type { RefreshReport } from './actions/refresh.ts';
export type { RollbackReport } from './actions/rollback.ts';
export type { SaveReport } from './actions/save.ts';
export type { SealReport } from './actions/sealing.ts';
export type { SyncReport } from './actions/sync.ts';
export { CofferError, type ErrorCode, type Place, type Problem } from './errors.ts';
export type { Host, Progress, Unit } from './host.ts';
export { createCoffer, type Coffer, type CofferOptions } from './library.ts';
export { editManifest, parseManifest, readManifest } from './manifest/index.ts';
export type {
  Manifest,
  ManifestEdit,
  NewParameter,
  Parameter,
  ParameterEdit,
} from './manifest/model.ts';
export { writeLocked as writeManifest } from './seal/locked.ts';
