/** Prefixes of the regions of a partition, longest first. All other regions are in `aws`. */
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
];

/** The start of ARNs in a region: China, GovCloud and others have their own partitions. */
export function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/** A region of the partition whose STS serves all of it. */
export function homeOfPartition(partition: string): string {
  return REGIONS.find((region) => partitionOf(region) === partition) ?? 'us-east-1';
}

/** All known regions; common ones first, for suggestions. */
export const REGIONS: readonly string[] = `
us-east-1 us-east-2 us-west-1 us-west-2 eu-central-1 eu-central-2 eu-west-1 eu-west-2 eu-west-3
eu-north-1 eu-south-1 eu-south-2 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3
ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5
ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 sa-east-1 sa-west-1 af-south-1 il-central-1
me-central-1 me-south-1 me-west-1 mx-central-1 cn-north-1 cn-northwest-1 us-gov-east-1
us-gov-west-1 eusc-de-east-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1
eu-isoe-west-1 us-isof-east-1 us-isof-south-1`
  .trim()
  .split(/\s+/);

const FORM =
  /^[a-z]{2,}(?:-[a-z]{2,})?-(?:(?:north|south)(?:east|west)?|east|west|central)-[1-9]\d?$/;

/** Whether a region may have this name, including future regions. */
export function couldBeRegion(name: string): boolean {
  return FORM.test(name);
}
