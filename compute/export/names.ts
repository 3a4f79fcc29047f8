/** Column names as members of a group: a name may come from any file, a member name may not nest or hide. */

/** Names that AnnData, HDF5 and Zarr all accept, each different; changes are told in `notes`. */
export function memberNames(names: readonly string[], notes: string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let safe = name.replaceAll('/', '_').replaceAll('\0', '');
    if (safe === '' || safe === '_index' || safe.startsWith('.')) safe = `column_${safe.replace(/^\.+/, '')}`;
    while (taken.has(safe)) safe += '_';
    taken.add(safe);
    if (safe !== name) notes.push(`the column '${name}' is written as '${safe}'`);
    return safe;
  });
}
