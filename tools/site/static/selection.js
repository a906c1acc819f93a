'use strict';

/* Which series a graph shows: the choices of its address, applied to what was measured.

   A choice has a task, a metric, tools, and a list of values for each axis: "p-NAME" is a parameter,
   any other name a part of the environment. An axis without a choice takes the value that most
   tools have. */

const EACH = 'each';  // of an axis: all values, a line for each
const OWN = 'own';  // of `branch`: each tool on its own history
const CHOICES = ['x', 'y', 'from', 'to', 'commits', 'points'];  // of the graph, not of its series

/* The series of series.json, with what a choice is about. */
function described({environments, series}) {
    return series.map((one) => {
        const parts = one.benchmark.split('.');
        const parameters = Object.entries(one.parameters).map(([name, value]) => [`p-${name}`, plain(value)]);
        const environment = environments[one.environment];
        const others = Object.entries(environment).map(([name, value]) => [name, value === null ? '[none]' : String(value)]);
        return {...one, task: parts.slice(0, -2).join('.'), tool: parts.at(-2).toLowerCase(), metric: parts.at(-1),
            axes: Object.fromEntries([...parameters, ...others])};
    });
}

/* The choice of an address, ours or one of asv's. */
function choiceOf(search) {
    const query = new URLSearchParams(search);
    const choice = {tools: query.getAll('tool'), task: query.get('task'), metric: query.get('metric'), axes: {}, graph: {}};
    for (const benchmark of query.getAll('benchmark')) {
        const parts = benchmark.split('.');
        [choice.task, choice.metric] = [parts.slice(0, -2).join('.'), parts.at(-1)];
        choice.tools.push((parts.at(-2) || '').toLowerCase());
    }
    for (const name of new Set(query.keys())) {
        if (CHOICES.includes(name)) {
            choice.graph[name] = query.get(name);
        } else if (!['tool', 'task', 'metric', 'benchmark'].includes(name)) {
            choice.axes[name] = query.getAll(name).map(plain);
        }
    }
    return choice;
}

/* The address of a choice: only what has an alternative is named. */
function addressOf(choice, alternatives) {
    const query = new URLSearchParams({task: choice.task, metric: choice.metric});
    choice.tools.forEach((tool) => query.append('tool', tool));
    for (const [name, values] of Object.entries(choice.axes)) {
        if (alternatives[name] && alternatives[name].length > 1 && !values.includes(OWN)) {
            values.forEach((value) => query.append(name, value));
        }
    }
    Object.entries(choice.graph).forEach(([name, value]) => value && query.set(name, value));
    return `?${query}`;
}

function different(values) {
    return [...new Set(values)].sort((a, b) => a.localeCompare(b, 'en', {numeric: true}));
}

/* Of some series the value of an axis that most tools have; then that of most points. */
function usual(series, axis, site) {
    const having = series.filter((one) => axis in one.axes);
    const score = (value) => {
        const own = having.filter((one) => one.axes[axis] === value);
        return [new Set(own.map((one) => one.tool)).size, Math.max(...own.map((one) => one.points)), Math.max(...own.map((one) => one.date)), axis === 'stack' ? -site.stacks.indexOf(value) : 0];
    };
    const best = (a, b) => score(b).map((number, at) => number - score(a)[at]).find((difference) => difference) || 0;
    return different(having.map((one) => one.axes[axis])).sort(best)[0];
}

function onOwnBranch(series, site) {
    const of = (tool) => series.filter((one) => one.tool === tool);
    const tools = different(series.map((one) => one.tool));
    const packages = tools.filter((tool) => of(tool).some((one) => one.axes.branch === tool));
    return tools.flatMap((tool) => {
        if (packages.includes(tool)) {
            return of(tool).filter((one) => one.axes.branch === tool);
        }
        // a program is measured on each branch: show it beside a tool that has one
        const near = of(tool).filter((one) => packages.includes(one.axes.branch));
        const beside = usual(near.length ? near : of(tool), 'branch', site);
        return of(tool).filter((one) => one.axes.branch === beside);
    });
}

/* {choice, series, alternatives}: the complete choice, its series, and the values of each axis.
   A value that was not measured with the rest gives way; `kept` names the axes that go first. */
function select(all, asked, site, kept = []) {
    const known = Object.keys(site.tasks);
    const later = (name) => (known.includes(name) ? known.indexOf(name) : all.find((one) => one.task === name).control ? 1000 : 100);
    const tasks = different(all.map((one) => one.task)).sort((a, b) => later(a) - later(b));
    const task = tasks.includes(asked.task) ? asked.task : tasks[0];
    const ofTask = all.filter((one) => one.task === task);
    const metrics = different(ofTask.map((one) => one.metric));
    const points = (name) => Math.max(0, ...ofTask.filter((one) => one.metric === name).map((one) => one.points));
    const metric = metrics.includes(asked.metric) ? asked.metric
        : [...site.compared].sort((a, b) => points(b) - points(a)).find((name) => metrics.includes(name)) || metrics[0];
    const candidates = ofTask.filter((one) => one.metric === metric);
    const order = Object.keys(site.tools);
    const tools = different(candidates.map((one) => one.tool)).sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const chosen = asked.tools.filter((tool) => tools.includes(tool));
    let series = candidates.filter((one) => !chosen.length || chosen.includes(one.tool));
    const alternatives = {task: tasks, metric: metrics, tool: tools};
    const axes = {};
    const names = different(series.flatMap((one) => Object.keys(one.axes))).filter((name) => name !== 'branch');
    const rank = (name) => (kept.includes(name) ? 0 : name in asked.axes ? 1 : 2);
    alternatives.branch = different(series.map((one) => one.axes.branch));
    const branches = (asked.axes.branch || []).filter((name) => alternatives.branch.includes(name));
    axes.branch = branches.length ? branches : [OWN];
    series = branches.length ? series.filter((one) => branches.includes(one.axes.branch)) : onOwnBranch(series, site);
    names.forEach((name) => { alternatives[name] = different(series.filter((one) => name in one.axes).map((one) => one.axes[name])); });
    for (const name of names.sort((a, b) => rank(a) - rank(b))) {
        const here = different(series.filter((one) => name in one.axes).map((one) => one.axes[name]));
        if (!here.length) {
            continue;
        }
        const wanted = (asked.axes[name] || []).filter((value) => value === EACH || here.includes(value));
        const values = wanted.length ? wanted : [usual(series, name, site)];
        axes[name] = values;
        series = series.filter((one) => !(name in one.axes) || values.includes(EACH) || values.includes(one.axes[name]));
    }
    series.sort((a, b) => tools.indexOf(a.tool) - tools.indexOf(b.tool));
    return {choice: {task, metric, tools: chosen, axes, graph: asked.graph}, series, alternatives};
}
