'use strict';

/* changes.html: all change points, the largest first. */

const PORTION = 200;  // rows that are drawn at once: a phone is slow with thousands

const FILTERS = {
    tool: {label: 'Tool', of: (change) => change.tool},
    task: {label: 'Task', of: (change) => change.benchmark.split('.')[0]},
    metric: {label: 'Metric', of: (change) => change.benchmark.split('.').at(-1)},
    direction: {label: 'Direction', of: (change) => change.better ? 'better' : 'worse'},
    kind: {label: 'Kind', of: (change) => change.kind},
};
const LEAST = [1.05, 1.1, 1.3, 2, 5];

function sizeOf(change) {
    if (change.ratio === null || change.ratio <= 0) {
        return Infinity;
    }
    return Math.max(change.ratio, 1 / change.ratio);
}

function row(change, metrics) {
    const parts = change.benchmark.split('.');
    const metric = parts.at(-1);
    const where = listed({...change.parameters, ...change.environment});
    return element('tr', {},
        element('td', {class: 'number', 'data-label': ''},
            element('span', {class: `badge ${change.better ? 'better' : 'worse'}`,
                             title: change.better ? 'better' : 'worse'},
                    `${change.better ? '✓' : '✗'} ${factor(change.ratio, change.unit)}`)),
        element('td', {class: 'name'}, link(change.graph, parts.slice(0, -1).join(' ').replaceAll('_', ' ')),
            ' ', element('span', {class: 'mono', title: metrics[metric]}, metric),
            element('span', {class: 'soft'}, where)),
        element('td', {class: 'number', 'data-label': ''},
            `${withUnit(change.old_value, change.unit)} → ${withUnit(change.new_value, change.unit)}`),
        element('td', {}, `${change.tool} `, commitLink(change.old_commit, change.releases[0]), ' … ',
            commitLink(change.new_commit, change.releases[1])),
        element('td', {}, element('span', {class: 'badge'}, change.kind),
            change.control ? element('span', {class: 'badge', title:
                'No commit of this tool can change it. Look at the machine or the environment.'}, 'control') : null,
            change.machine ? element('span', {class: 'badge', title:
                'Between these commits a control changed in the same direction, and almost as much.'}, 'machine?') : null));
}

function filterBar(changes, state, update) {
    const bar = element('div', {class: 'filters'});
    const selects = Object.entries(FILTERS).map(([name, filter]) => {
        const values = [...new Set(changes.map(filter.of))].sort();
        return [name, filter.label, [['', 'all'], ...values.map((value) => [value, value.replaceAll('_', ' ')])]];
    });
    selects.push(['least', 'At least', LEAST.map((value) => [String(value), `${value} ×`])]);
    for (const [name, label, options] of selects) {
        const select = element('select', {name: name}, ...options.map(
            ([value, text]) => element('option', {value: value}, text)));
        if (options.some(([value]) => value === state[name])) {
            select.value = state[name];
        } else {
            state[name] = select.value;
        }
        select.addEventListener('change', () => {
            state[name] = select.value;
            update();
        });
        bar.append(element('label', {}, label, select));
    }
    return bar;
}

show(async () => {
    const {changes, metrics} = await load('changes.json');
    const state = {least: '1.1', ...Object.fromEntries(new URLSearchParams(location.search))};
    const count = element('p', {class: 'soft', 'aria-live': 'polite'});
    const body = element('tbody');
    const more = element('button', {type: 'button'}, 'Show more');
    let chosen = [];
    let drawn = 0;

    function draw() {
        body.append(...chosen.slice(drawn, drawn + PORTION).map((change) => row(change, metrics)));
        drawn = Math.min(drawn + PORTION, chosen.length);
        more.hidden = drawn >= chosen.length;
    }

    function update() {
        chosen = changes.filter((change) => sizeOf(change) >= Number(state.least)
            && Object.entries(FILTERS).every(([name, filter]) => !state[name] || filter.of(change) === state[name]));
        const better = chosen.filter((change) => change.better).length;
        count.textContent = `${chosen.length} changes: ${better} better, ${chosen.length - better} worse`;
        body.replaceChildren();
        drawn = 0;
        draw();
        const query = Object.entries(state).filter(([, value]) => value);
        history.replaceState(null, '', `?${new URLSearchParams(query)}`);
    }

    const bar = filterBar(changes, state, update);
    more.addEventListener('click', draw);
    update();
    return [
        element('h1', {}, 'Changes'),
        element('p', {class: 'soft'}, 'Each row is a change point. The kinds: “step”: the series moved to a new level '
            + 'and stayed there. “Newest points”: the last one or two commits are far from the level before. “Short '
            + 'series”: a step in few points, or two neighbours that differ by 1.3 × or more and by more than the spread '
            + 'of their samples (2 × where the spread is unknown). “Count”: a metric without noise, where any difference '
            + 'is a change. “Control”: PLINK or a sentinel, which no commit of the tool can change. “Machine?”: a '
            + 'control changed too, so the machine may be the cause.'),
        bar, count,
        element('table', {}, element('thead', {}, element('tr', {}, element('th', {class: 'number'}, 'Change'),
            element('th', {}, 'Benchmark'), element('th', {class: 'number'}, 'From … to'),
            element('th', {}, 'Commits'), element('th', {}, 'Kind'))), body),
        more,
    ];
});
