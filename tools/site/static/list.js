'use strict';

/* list.html: all series that have values, with their newest value and trend. */

const PORTION = 100;  // rows that are drawn at once

const FILTERS = {
    tool: {label: 'Tool', of: (one, site) => site.tool(one.tool).label},
    metric: {label: 'Metric', of: (one, site) => site.metric(one.metric)},
    branch: {label: 'History', of: (one, site) => site.branch(one.axes.branch).label},
    stack: {label: 'Stack', of: (one) => one.axes.stack},
    machine: {label: 'Machine', of: (one) => one.axes.machine},
};
const ORDERS = {
    task: ['task and tool', (a, b) => a.rank - b.rank || a.benchmark.localeCompare(b.benchmark)],
    change: ['largest confirmed change', (a, b) => b.largest - a.largest || ORDERS.task[1](a, b)],
    date: ['newest value', (a, b) => b.date - a.date || ORDERS.task[1](a, b)],
};

function graphOf(one, varying) {
    const query = new URLSearchParams({benchmark: one.benchmark});
    Object.entries(one.axes).filter(([name]) => varying.has(name)).forEach(([name, value]) => query.set(name, value));
    return `graph.html?${query}`;
}

function changeBadges(one, unit) {
    const proven = one.changes.filter(([verdict]) => verdict === 'confirmed');
    const others = one.changes.length - proven.length;
    return [
        ...proven.flatMap(([, better, ratio, event]) => [element('a', {class: `badge ${better ? 'better' : 'worse'}`, href: `alerts.html?event=${event}`}, changeSize({ratio, unit, better})), ' ']),
        others ? element('span', {class: 'soft'}, `${others} seen`) : null,
    ];
}

function row(one, varying, site) {
    const unit = site.unit(one.benchmark);
    const environment = Object.fromEntries(['stack', 'machine'].filter((name) => varying.has(name)).map((name) => [name, one.axes[name]]));
    const {branch} = one.axes;
    const beside = branch !== one.tool && varying.has('branch') ? `with ${site.branch(branch).label}’s ${site.branch(branch).point}s` : '';
    const parameters = Object.fromEntries(Object.entries(one.axes).filter(([name]) => name.startsWith('p-')).map(([name, value]) => [name.slice(2), value]));
    return element('tr', {},
        element('td', {class: 'name'}, link(graphOf(one, varying), benchmarkWords(one.benchmark, site)),
            element('span', {class: 'soft'}, [parameterWords(parameters, site), beside, listed(environment)].filter(Boolean).join('; '))),
        element('td', {class: 'number', 'data-label': ''}, withUnit(one.value, unit)),
        element('td', {'data-label': ''}, sparkline(one.trend)),
        element('td', {'data-label': ''}, ...changeBadges(one, unit)),
        element('td', {class: 'soft', 'data-label': ''}, commitLink(one.commit, site.release(one.commit)), `, ${day(one.date)}, ${counted(one.points, 'point')}`));
}

function searched(one, words) {
    return words.every((word) => one.text.includes(word));
}

show(async () => {
    const [site, content] = await Promise.all([loadSite(), load('series.json')]);
    const all = described(content);
    const tasks = Object.keys(site.tasks);
    for (const one of all) {
        const at = tasks.indexOf(one.task);
        one.rank = one.control ? 1000 : at < 0 ? 100 : at;
        one.largest = Math.max(0, ...one.changes.filter(([verdict]) => verdict === 'confirmed').map(([, , ratio]) => size(ratio)));
        one.text = [one.benchmark, benchmarkWords(one.benchmark, site), ...Object.values(one.axes)].join(' ').toLowerCase();
    }
    const varying = new Set(Object.keys(Object.assign({}, ...all.map((one) => one.axes))).filter((name) => name.startsWith('p-') || new Set(all.map((one) => one.axes[name])).size > 1));
    const state = {order: 'task', ...Object.fromEntries(new URLSearchParams(location.search))};
    const count = element('p', {class: 'soft', 'aria-live': 'polite'});
    const sections = element('div');

    function table(members) {
        const body = element('tbody');
        const more = element('button', {type: 'button'}, 'Show more');
        let drawn = 0;
        const draw = () => {
            body.append(...members.slice(drawn, drawn + PORTION).map((one) => row(one, varying, site)));
            drawn += PORTION;
            more.hidden = drawn >= members.length;
        };
        more.addEventListener('click', draw);
        draw();
        return [element('table', {class: 'list'}, element('thead', {}, element('tr', {}, element('th', {}, 'Benchmark'), element('th', {class: 'number'}, 'Newest'),
            element('th', {}, 'Trend'), element('th', {}, 'Changes'), element('th', {}, 'Of'))), body), more];
    }

    let chosen = [];
    function update() {
        const words = (state.search || '').toLowerCase().split(/\s+/).filter(Boolean);
        chosen = all.filter((one) => searched(one, words) && Object.entries(FILTERS).every(([name, filter]) => !state[name] || filter.of(one, site) === state[name]))
            .sort((ORDERS[state.order] || ORDERS.task)[1]);
        count.textContent = `${chosen.length.toLocaleString('en')} of ${counted(all.length, 'series').replace(/seriess$/, 'series')}`;
        const [controls, others] = [chosen.filter((one) => one.control), chosen.filter((one) => !one.control)];
        sections.replaceChildren(...(others.length ? table(others) : []),
            ...(controls.length ? [element('h2', {id: 'controls'}, 'Controls and sentinels'),
                element('p', {class: 'soft'}, 'No commit of a tracked tool can change these. They show what the machine did.'), ...table(controls)] : []));
        const query = new URLSearchParams(Object.entries(state).filter(([name, value]) => value && !(name === 'order' && value === 'task')));
        history.replaceState(null, '', `?${query}`);
    }

    const search = element('input', {type: 'search', value: state.search || '', placeholder: 'pca sgkit smoke'});
    search.addEventListener('input', () => { state.search = search.value; update(); });
    const bar = element('div', {class: 'filters'}, element('label', {}, 'Search', search));
    for (const [name, filter] of Object.entries(FILTERS)) {
        const values = [...new Set(all.map((one) => filter.of(one, site)).filter(Boolean))].sort();
        if (values.length > 1) {
            bar.append(chooser(filter.label, state[name] || '', [['', 'all'], ...values.map((value) => [value, value])], (value) => { state[name] = value; update(); }));
        }
    }
    bar.append(chooser('Order', state.order, Object.entries(ORDERS).map(([name, [text]]) => [name, text]), (value) => { state.order = value; update(); }));
    update();
    const columns = ['benchmark', 'parameters', 'environment', 'value', 'unit', 'commit', 'date', 'points'];
    const rows = () => [columns, ...chosen.map((one) => [one.benchmark, listed(one.parameters), listed(content.environments[one.environment]), one.value, site.unit(one.benchmark), one.commit, day(one.date), one.points])];
    return [
        element('h1', {}, 'Benchmarks'),
        ...(all.length ? [bar, element('div', {class: 'saves'}, count, csvButton('series', 'series', rows)), sections] : [element('p', {}, 'Nothing has been measured yet.')]),
        ...(content.unmeasured.length ? [element('details', {}, element('summary', {}, `${counted(content.unmeasured.length, 'benchmark')} without a value`),
            element('ul', {class: 'mono'}, ...content.unmeasured.map((name) => element('li', {}, name))))] : []),
    ];
});
