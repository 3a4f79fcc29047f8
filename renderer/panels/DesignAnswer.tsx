/** What the search for loader settings found: the setting to take, everything that was tried, and what others published. */
import { Alert, Badge, Code, Stack, Table, Text, Title } from '@mantine/core';
import type { DesignWish } from '../../protocol/api.loading.ts';
import type { LoaderAnswer, LoaderSetting } from '../../protocol/loading.ts';
import { formatBytes, formatCount, formatSeconds } from '../client/words.ts';
import { RatePlot, type RatePoint } from '../plots/RatePlot.tsx';

export function DesignAnswer({ answer, wish }: { readonly answer: LoaderAnswer; readonly wish: DesignWish }) {
  const { recommended: best, grid, random } = answer;
  // Answers kept by earlier versions were about plates.
  const label = answer.floor_label ?? 'plate';
  const bitsAtRandom = random[label]!;
  const isBest = (setting: LoaderSetting): boolean => setting.block === best.block && setting.fetch === best.fetch;
  const points = grid.flatMap((setting): RatePoint[] => {
    const { predicted, measured } = setting.entropy[label]!;
    const name = `block ${setting.block}, fetch ${setting.fetch}`;
    const own = setting.cells_per_second === null ? [] : [{ name, entropy: measured ?? predicted, rate: setting.cells_per_second, measured: true, chosen: isBest(setting) }];
    return [{ name, entropy: predicted, rate: setting.predicted_cells_per_second, measured: false, chosen: own.length === 0 && isBest(setting) }, ...own];
  });
  return (
    <Stack gap="lg">
      <section className="card" aria-label="Recommended setting">
        <Title order={2} size="h3" mb={4}>{inWords(best)}</Title>
        <Text>{formatCount(best.cells_per_second)} cells/s{bitsAtRandom > 0 ? `, ${label} diversity ${best.entropy.toFixed(2)} of ${best.entropy_random.toFixed(2)} bits` : ''}. An epoch of {formatCount(answer.cells)} cells: {formatSeconds(answer.epoch_seconds)}{answer.epoch === null ? '' : `; read once, it took ${formatSeconds(answer.epoch.seconds)}`}.</Text>
        <Text size="sm">{formatBytes(best.bytes_per_worker)} of memory per worker; /dev/shm is not needed. {howMeasured(answer)}</Text>
        <Code block mt="xs">{`{ strategy: ${best.block === 'chunks' ? "{ kind: 'chunks' }" : `{ kind: 'blocks', block: ${best.block} }`}, batch: ${best.batch}, fetchFactor: ${best.fetch}, workers: ${best.workers}, backend: '${best.backend}' }`}</Code>
      </section>
      {answer.warnings.map((warning) => <Alert key={warning} color="yellow" variant="light" p="xs"><Text size="sm">{warning}</Text></Alert>)}
      {bitsAtRandom > 0 && <RatePlot points={points} label={label} floor={wish.floor * bitsAtRandom} random={bitsAtRandom} />}
      <Others answer={answer} />
      <Grid answer={answer} isBest={isBest} />
      <Published answer={answer} />
    </Stack>
  );
}

/** What else can be had from the same data. */
function Others({ answer: { strategies, scale, memory, recommended } }: { readonly answer: LoaderAnswer }) {
  const rows = [
    ...strategies.map(({ strategy, label, cells_per_second: rate }) => ({ way: strategy === 'balanced' ? `Every ${label} equally often` : `A fixed number of cells of every ${label}`, found: `${formatCount(rate)} cells/s, ${(recommended.cells_per_second / rate).toFixed(1)} times slower than the setting above` })),
    ...(scale === null ? [] : [{ way: `${scale.workers} workers`, found: `${scale.factor.toFixed(2)} times one worker (${formatCount(scale.one_worker_cells_per_second)} cells/s)` }]),
    { way: 'All cells in memory', found: `${formatBytes(memory.bytes)}, ${memory.fits ? 'fits' : 'does not fit in half of what is free'}; single random cells about ${memory.gain.toFixed(1)} times as fast as from where they lie (predicted)` },
  ];
  return (
    <Table fz="sm" verticalSpacing={3} aria-label="Other ways of drawing" maw={820}>
      <Table.Thead><Table.Tr><Table.Th>Other ways</Table.Th><Table.Th>Found</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>{rows.map(({ way, found }) => <Table.Tr key={way}><Table.Td>{way}</Table.Td><Table.Td>{found}</Table.Td></Table.Tr>)}</Table.Tbody>
    </Table>
  );
}

const places = { file: 'files', pack: 'packs', memory: 'memory' } as const;
const inWords = ({ block, fetch, workers, backend }: LoaderAnswer['recommended']): string =>
  `${block === 'chunks' ? 'Whole chunks' : `Blocks of ${block}`}, ${fetch} minibatches a fetch, ${workers} ${workers === 1 ? 'worker' : 'workers'}, from ${places[backend]}`;

function howMeasured({ grid, quick, cache }: LoaderAnswer): string {
  if (grid.every((setting) => setting.cells_per_second === null)) return 'Predicted only: nothing was measured.';
  const where = cache === 'cold' ? 'The page cache was emptied before each setting.' : 'The page cache was left as it was.';
  return `${quick ? 'A quick look: published figures warm up for 30 s and measure for 120 s.' : 'Measured by the published protocol.'} ${where}`;
}

function Grid({ answer: { grid, random }, isBest }: { readonly answer: LoaderAnswer; isBest(setting: LoaderSetting): boolean }) {
  const labels = Object.keys(random);
  return (
    <section>
      <Title order={2} size="h3" mb="xs">Everything tried</Title>
      <Table.ScrollContainer minWidth="max-content" scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': 'Everything tried' } }}>
        <Table fz="sm" verticalSpacing={3} className="one-line" aria-label="Settings tried">
          <Table.Thead><Table.Tr><Table.Th>Block</Table.Th><Table.Th ta="right">Fetch</Table.Th><Table.Th ta="right">Predicted, cells/s</Table.Th><Table.Th ta="right">Measured, cells/s</Table.Th><Table.Th>Mixed</Table.Th>{labels.map((name) => <Table.Th key={name} ta="right">{name}, bits</Table.Th>)}<Table.Th ta="right">Memory per worker</Table.Th><Table.Th ta="right">Shared of it</Table.Th><Table.Th ta="right">Wait p50 / p95 / max, ms</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {grid.map((setting) => (
              <Table.Tr key={`${setting.block} ${setting.fetch}`} fw={isBest(setting) ? 600 : undefined}>
                <Table.Td>{setting.block}</Table.Td><Table.Td ta="right">{setting.fetch}</Table.Td><Table.Td ta="right">{formatCount(setting.predicted_cells_per_second)}</Table.Td><Table.Td ta="right">{setting.cells_per_second === null ? '' : formatCount(setting.cells_per_second)}</Table.Td>
                <Table.Td>{setting.mixed ? 'enough' : <Badge color="orange" variant="light" radius="sm">too little</Badge>}</Table.Td>
                {labels.map((name) => <Table.Td key={name} ta="right">{bits(setting.entropy[name])}</Table.Td>)}
                <Table.Td ta="right">{formatBytes(setting.bytes_per_worker)}</Table.Td><Table.Td ta="right">{formatBytes(setting.shared_bytes_per_worker)}</Table.Td>
                <Table.Td ta="right">{setting.wait === null ? '' : [setting.wait.p50, setting.wait.p95, setting.wait.max].map((seconds) => (1000 * seconds).toFixed(1)).join(' / ')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c="dimmed">Random minibatches have {labels.map((name) => `${name} ${random[name]!.toFixed(2)}`).join(', ')} bits. Where two numbers stand, the first is predicted, the second measured.</Text>
    </section>
  );
}

const bits = (entropy: LoaderSetting['entropy'][string] | undefined): string => (entropy === undefined ? '' : entropy.measured === null ? entropy.predicted.toFixed(2) : `${entropy.predicted.toFixed(2)} / ${entropy.measured.toFixed(2)}`);

function Published({ answer }: { readonly answer: LoaderAnswer }) {
  return (
    <details className="facts">
      <summary>Published elsewhere, on other machines</summary>
      <Table fz="sm" verticalSpacing={3} aria-label="Published rates">
        <Table.Thead><Table.Tr><Table.Th>Loader</Table.Th><Table.Th>Setting</Table.Th><Table.Th ta="right">Cells/s</Table.Th><Table.Th ta="right">Epoch of the atlas</Table.Th><Table.Th ta="right">Minibatch</Table.Th><Table.Th>Hardware</Table.Th><Table.Th>Source</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {answer.published.map((rate) => <Table.Tr key={`${rate.loader}${rate.setting}`}><Table.Td>{rate.loader}</Table.Td><Table.Td>{rate.setting}</Table.Td><Table.Td ta="right">{formatCount(rate.cells_per_second)}</Table.Td><Table.Td ta="right">{longTime(rate.epoch_seconds)}</Table.Td><Table.Td ta="right">{rate.batch}</Table.Td><Table.Td>{rate.hardware}</Table.Td><Table.Td>{rate.source}</Table.Td></Table.Tr>)}
          {answer.speedups.map((one) => <Table.Tr key={one.factor}><Table.Td>{one.loader}</Table.Td><Table.Td>{one.setting}</Table.Td><Table.Td ta="right">{one.factor}x {one.against}</Table.Td><Table.Td /><Table.Td ta="right">{one.batch}</Table.Td><Table.Td>{one.hardware}</Table.Td><Table.Td>{one.source}</Table.Td></Table.Tr>)}
        </Table.Tbody>
      </Table>
    </details>
  );
}

const longTime = (seconds: number): string => (seconds >= 172_800 ? `${Math.round(seconds / 86_400)} days` : formatSeconds(seconds));
