/** SSM wants a leading slash as soon as there is another; people leave it out. */
export function completeName(name: string): string {
  const isComplete = name.startsWith('/') || name.startsWith('arn:');
  return name.includes('/') && !isComplete ? `/${name}` : name;
}
