/** Adds the leading slash that SSM requires in a name with slashes, and that people leave out. */
export function completeName(name: string): string {
  const isComplete = name.startsWith('/') || name.startsWith('arn:');
  return name.includes('/') && !isComplete ? `/${name}` : name;
}
