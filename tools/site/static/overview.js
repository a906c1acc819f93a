'use strict';

/* index.html: how each tool stands, which tool is fastest at which task, what changed. */

const RECENT = 90;  // days
const LARGEST = 5;  // changes of a list
const LISTED = 3;  // open alerts of a tool, and changes of a task

/* asv had its pages here: old links lead to the page that took their place. */
function oldLink() {
    const [path, query] = location.hash.slice(1).split('?');
    if (/^[\w.]+\.[\w.]+$/.test(path)) {
        return `graph.html?benchmark=${path}${query ? `&${query}` : ''}`;
    }
    return {'/summarylist': 'list.html', '/regressions': 'changes.html?direction=worse'}[path];
}

function nightWords({machines}) {
    const nights = Object.entries(machines);
    if (!nights.length) {
        return 'No night has run yet.';
    }
    return nights.map(([machine, {last_good: good}]) => `Last good night${nights.length > 1 ? ` of ${machine}` : ''}: ${good ? minute(Date.parse(good)) : 'none yet'}.`).join(' ');
}

function stateOf(tool, checked) {
    const worse = tool.open.filter((event) => !event.better);
    if (worse.length) {
        return element('span', {class: 'badge worse'}, `${counted(worse.length, 'open alert')}`);
    }
    return element('span', {class: checked ? 'badge better' : 'badge'}, checked ? 'no open alert' : 'not checked by a night yet');
}

function toolCard(tool, checked, site) {
    const point = site.branches[tool.tool].point;
    const release = site.release(tool.commit);
    const open = tool.open.sort((a, b) => a.better - b.better);
    return element('section', {class: 'card'},
        element('h3', {}, site.branches[tool.tool].label, ' ', stateOf(tool, checked || tool.checked)),
        element('p', {}, `Newest measured ${point}: `, commitLink(tool.commit, release), ` of ${day(tool.date)}`,
            tool.measured_at ? `, measured ${day(tool.measured_at)}` : '',
            tool.newer ? `; ${counted(tool.newer, `newer ${point}`)} to measure` : ''),
        ...open.slice(0, LISTED).map((event) => element('p', {}, link(`alerts.html?event=${event.id}`, changeWords(event, site)))),
        open.length > LISTED ? element('p', {}, link(`alerts.html?tool=${tool.tool}`, `all ${open.length} open alerts`)) : null,
        tool.seen ? element('p', {class: 'soft'}, link(`changes.html?tool=${tool.tool}#seen`, `${counted(tool.seen, 'change')} seen, not confirmed`)) : null);
}

function comparison(row, range, site) {
    const tools = row.compared.tools;
    const place = scale(spread(range), 2, 98, true);
    const lines = decades(range).map(place).filter((at) => at > 0 && at < 100);
    return element('table', {class: 'compared'},
        element('caption', {class: 'apart'}, `${site.task(row.task)}: time and ratio to the fastest`),
        element('tbody', {}, ...tools.map((tool) => element('tr', {},
            element('th', {scope: 'row'}, link(graphOf(row, tool), site.tool(tool.tool).label),
                site.release(tool.commit) && tool.branch === tool.tool ? element('span', {class: 'soft'}, ` ${site.release(tool.commit)}`) : null),
            element('td', {class: 'track', 'aria-hidden': 'true'}, drawn('svg', {viewBox: '0 0 100 20', preserveAspectRatio: 'none'},
                ...lines.map((at) => drawn('line', {class: 'gridline', x1: at, x2: at, y1: 0, y2: 20}))),
                element('i', {style: `left: ${place(tool.value)}%; background: ${site.tool(tool.tool).colour}`})),
            element('td', {class: 'number'}, withUnit(tool.value, 'seconds')),
            element('td', {class: 'number'}, tools.length < 2 ? '' : tool.ratio === 1 ? 'fastest' : `${times(tool.ratio)} ×`)))));
}

function graphOf(row, tool) {
    const {metric, parameters, stack, machine} = row.compared;
    const query = new URLSearchParams({task: row.task, metric, ...(tool ? {tool: tool.tool} : {})});
    Object.entries({stack, machine}).forEach(([key, value]) => value && query.set(key, value));
    Object.entries(parameters).forEach(([key, value]) => query.set(`p-${key}`, value));
    return `graph.html?${query}`;
}

function conditions({metric, parameters, stack, machine}, site) {
    return [site.metric(metric), parameterWords(parameters, site), stack && `${stack} stack`, machine && `machine ${machine}`]
        .filter(Boolean).join('; ');
}

function trendOf(row, site) {
    if (!row.trend) {
        return element('p', {class: 'soft'}, 'No trend: one value of each tool');
    }
    const lines = row.trend.lines.map((line) => ({...line, name: line.tool, colour: site.tool(line.tool).colour}));
    const marks = row.changes.filter((change) => change.date).map((change) => ({
        date: change.date, line: change.tool, better: change.better, rose: change.ratio > 1, address: `alerts.html?event=${change.id}`, text: changeWords(change, site)}));
    const names = lines.map((line) => site.tool(line.tool).label).join(', ');
    const label = `${site.task(row.task)}, ${site.metric(row.trend.metric)}: trend of ${names}`;
    const picture = trendPicture({lines, marks, unit: 'seconds', label});
    const rows = () => [['tool', 'date', 'seconds'], ...lines.flatMap((line) => line.points.map(([date, value]) => [line.name, day(date), value]))];
    return element('figure', {},
        element('figcaption', {class: 'soft'}, names, row.trend.metric === row.compared.metric ? '' : `, ${site.metric(row.trend.metric)}`),
        picture, pictureButtons(`trend-${row.task}`, picture, label, rows));
}

function taskRow(row, range, shared, site) {
    const changes = [...row.changes].sort((a, b) => b.date - a.date);
    return element('section', {class: 'task', id: `task-${row.task}`},
        element('div', {}, element('h3', {}, link(graphOf(row), site.task(row.task))),
            shared ? null : element('p', {class: 'soft'}, conditions(row.compared, site)),
            ...changes.slice(0, LISTED).map((change) => element('p', {class: change.better ? 'better' : 'worse'},
                change.ratio > 1 ? '▲ ' : '▼ ', link(`alerts.html?event=${change.id}`, `${site.branches[change.tool].label} ${site.release(change.commit) || change.commit.slice(0, 8)}`),
                `: ${changeSize(change)}`))),
        comparison(row, range, site),
        trendOf(row, site));
}

function tasks(rows, site) {
    if (!rows.length) {
        return [];
    }
    const range = rangeOf(rows.flatMap((row) => row.compared.tools.map((tool) => tool.value)));
    const [least, most] = spread(range);
    const marks = decades(range).filter((value) => value > least && value < most).map((value) => withUnit(value, 'seconds'));
    const said = new Set(rows.map((row) => conditions(row.compared, site)));
    return [
        element('h2', {}, 'Which tool for which task?'),
        element('p', {class: 'soft'}, 'Time for the same data on a log scale, and the ratio to the fastest. The tools were measured one after the other: the ', link('study.html', 'Study page'), ' says which differences are larger than the noise.',
            marks.length ? ` The lines are at ${marks.join(', ')}.` : '',
            said.size === 1 ? ` Measured: ${[...said][0]}.` : ''),
        element('div', {class: 'saves'}, csvButton('tools', 'the comparison', () => [['task', 'tool', 'metric', 'parameters', 'stack', 'machine', 'commit', 'seconds', 'ratio'],
            ...rows.flatMap(({task, compared}) => compared.tools.map((tool) => [task, tool.tool, compared.metric, listed(compared.parameters), compared.stack,
                compared.machine, tool.commit, tool.value, tool.ratio]))])),
        ...rows.map((row) => taskRow(row, range, said.size === 1, site)),
    ];
}

function changeTable(changes, site) {
    return tableOf(['Change', 'Benchmark', 'Since', 'Date'], changes.map((change) => element('tr', {},
        element('td', {class: 'number'}, element('span', {class: `badge ${change.better ? 'better' : 'worse'}`}, changeSize(change))),
        element('td', {class: 'name'}, link(`alerts.html?event=${change.id}`, benchmarkWords(change.benchmark, site)),
            element('span', {class: 'soft'}, parameterWords(change.parameters, site))),
        element('td', {'data-label': ''}, `${site.branches[change.tool]?.label || change.tool} `, commitLink(change.commit, site.release(change.commit))),
        element('td', {class: 'date'}, change.date ? day(change.date) : ''))));
}

function csvOf(changes) {
    const columns = ['id', 'tool', 'state', 'benchmark', 'ratio', 'better', 'unit', 'commit', 'stack', 'series'];
    return [[...columns, 'parameters', 'date'], ...changes.map((change) => [...columns.map((name) => change[name]), listed(change.parameters), change.date && day(change.date)])];
}

function confirmed(changes, site) {
    const bySize = [...changes].sort((a, b) => size(b.ratio) - size(a.ratio));
    const recent = bySize.filter((change) => change.date > Date.now() - RECENT * 86400e3);
    const parts = [element('h2', {}, 'Largest confirmed changes')];
    if (!changes.length) {
        return [...parts, element('p', {}, 'None: nothing was measured again and confirmed yet.')];
    }
    return [...parts,
        element('div', {class: 'saves'}, csvButton('confirmed', 'all confirmed changes', () => csvOf(bySize))),
        element('h3', {}, `Of the last ${RECENT} days`),
        recent.length ? changeTable(recent.slice(0, LARGEST), site) : element('p', {class: 'soft'}, 'None'),
        element('h3', {}, 'Of all time'),
        changeTable(bySize.slice(0, LARGEST), site),
        changes.length > LARGEST ? element('p', {}, link('alerts.html', `all ${changes.length} confirmed changes`)) : null];
}

async function page() {
    const [site, overview, status] = await Promise.all([loadSite(), load('overview.json'), load('status.json')]);
    document.title = site.project;
    const checked = Object.values(status.machines).some((nights) => nights.last_good);
    if (!overview.tools.length) {
        return [element('h1', {}, site.project), element('p', {}, 'Nothing has been measured yet. ', element('code', {}, 'make demo'),
            ' measures a few releases; ', element('code', {}, '.venv/bin/python -m tools nightly'), ' measures each new commit.')];
    }
    return [
        element('h1', {}, site.project),
        element('p', {id: 'night'}, nightWords(status), overview.measured_at ? ` Last measured: ${minute(overview.measured_at)}.` : ''),
        element('h2', {class: 'apart'}, 'How each tool stands'),
        element('div', {class: 'cards'}, ...overview.tools.map((tool) => toolCard(tool, checked, site))),
        ...tasks(overview.tasks, site),
        ...confirmed(overview.confirmed, site),
    ].filter((part) => part !== null);
}

const moved = location.hash && oldLink();
if (moved) {
    location.replace(moved);
} else {
    show(page);
}
