'use strict';

/* commit.html?h=HASH (or its first characters): one upstream commit or release with its measured values. */

function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, (_, key) => encodeURIComponent(values[key] ?? ''));
}

function upstreamLinks(hash, commit, site) {
    const {links: templates = {}, point} = site.branch(commit.tool);
    const fromIndex = point === 'release';
    const links = [];
    function add(name, text, values) {
        if (templates[name]) {
            links.push(link(fill(templates[name], values), text));
        }
    }
    if (!fromIndex) {  // a release from the package index has no commit upstream
        add('commit', `commit ${hash.slice(0, 8)} upstream`, {hash: hash});
    }
    if (commit.pull) {
        add('pull_request', `pull request #${commit.pull}`, {number: commit.pull});
    }
    if (commit.release) {
        add('release', `release notes of ${commit.release}`, {version: commit.release});
    }
    const earlier = commit.releases[commit.previous];
    const [old, fresh] = fromIndex ? [earlier, commit.release] : [commit.previous, hash];
    if (old && fresh) {
        add('compare', `compare with ${earlier || commit.previous.slice(0, 8)}, measured before it`, {old, new: fresh});
    }
    return links;
}

function facts(hash, commit, point) {
    const near = (key) => commit[key] && commitLink(commit[key], commit.releases[commit[key]]);
    return factList([
        ['Release', commit.release],
        [point === 'release' ? 'Named here' : 'Commit', element('span', {class: 'mono'}, hash)],
        ['Date', minute(Date.parse(commit.date))],
        ['Author', point === 'release' ? null : commit.author],
        ['Source', point === 'release' ? 'package index' : 'git history'],
        ['Measured before it', near('previous')],
        [`${capital(point)} before`, near('parent')],
        [`${capital(point)} after`, near('child')],
    ]);
}

/* Two neighbours in the results: that is no proof, so it has no colour. */
function change(row, unit) {
    if (row.before === null) {
        return '';
    }
    const ratio = row.before === 0 ? (row.value === 0 ? 1 : null) : row.value / row.before;
    return ratio !== null && Math.abs(ratio - 1) < 0.05 ? element('span', {class: 'soft'}, 'about the same') : factor(ratio, unit);
}

/* No commit of a tracked tool can change it. */
function isControl(row, site) {
    return !((row.benchmark.split('.').at(-2) || '').toLowerCase() in site.branches);
}

function measurements(rows, point, site) {
    const tasks = Object.keys(site.tasks);
    const rank = (row) => (isControl(row, site) ? 1000 : tasks.indexOf(row.benchmark.split('.')[0]) + 1 || 100);
    const sorted = [...rows].sort((a, b) => rank(a) - rank(b) || a.benchmark.localeCompare(b.benchmark));
    const cells = (row, unit) => element('tr', {},
        element('td', {class: 'name'}, link(row.graph, benchmarkWords(row.benchmark, site)),
            element('span', {class: 'soft'}, [parameterWords(row.parameters, site), listed(row.environment)].filter(Boolean).join('; '))),
        element('td', {class: 'number', 'data-label': ''}, withUnit(row.value, unit)),
        element('td', {class: 'number soft', 'data-label': 'interval:'}, row.interval && row.interval[0] < row.interval[1]
            ? `${withUnit(row.interval[0], unit)} to ${withUnit(row.interval[1], unit)}` : ''),
        element('td', {class: 'number', 'data-label': '·'}, change(row, unit)));
    const table = (members) => tableOf(['Benchmark', 'Value', 'Interval', `Beside the ${point} measured before`],
        members.map((row) => cells(row, site.unit(row.benchmark))));
    const csvRows = () => [['benchmark', 'parameters', 'environment', 'value', 'low', 'high', 'unit', 'before'], ...sorted.map((row) => [row.benchmark, listed(row.parameters),
        listed(row.environment), row.value, ...(row.interval || [null, null]), site.unit(row.benchmark), row.before])];
    const [controls, others] = [sorted.filter((row) => isControl(row, site)), sorted.filter((row) => !isControl(row, site))];
    return [
        element('h2', {}, `Measured at this ${point}`), element('div', {class: 'saves'}, csvButton('measured', 'the values', csvRows)),
        ...(others.length ? [table(others)] : []),
        ...(controls.length ? [element('h3', {id: 'controls'}, 'Controls and sentinels'), table(controls)] : []),
        element('p', {class: 'soft'}, 'Interval: of six samples or more, the 99 % interval of their median; of three to five, twice their range.'),
    ];
}

function confirmedHere(events, hash, point, site) {
    const own = events.filter((event) => event.commit === hash);
    return own.length ? [element('h2', {}, `Confirmed changes since this ${point}`), element('ul', {}, ...own.map((event) => element('li', {},
        element('span', {class: `badge ${event.better ? 'better' : 'worse'}`}, changeSize(event)), ' ',
        link(`alerts.html?event=${event.id}`, benchmarkWords(event.benchmark, site)))))] : [];
}

function setups(entries) {
    return entries.map((setup) => {
        const lock = setup.lock && `lock ${setup.lock}`;
        return factList([
            ['Stack', setup.stack],
            ['Machine', setup.machine],
            ['Python', setup.python],
            ['Java', setup.java],
            ['Installed', setup.installed],
            ['Packages', lock && (setup.has_lock ? link(`locks/${setup.lock}.txt`, lock) : lock)],
            ['Tracker commit', setup.tracker && element('span', {class: 'mono'}, setup.tracker)],
            ['Last measured', setup.at && setup.at.slice(0, 16).replace('T', ' ')],
        ]);
    });
}

show(async () => {
    const prefix = (new URLSearchParams(location.search).get('h') || '').toLowerCase();
    const valid = /^[0-9a-f]{4,40}$/.test(prefix);
    const [index, site] = await Promise.all([valid ? load(`commits/index-${prefix[0]}.json`) : {}, loadSite()]);
    const matches = Object.keys(index).filter((hash) => hash.startsWith(prefix));
    if (matches.length !== 1) {
        document.title = 'No such commit';
        return [element('h1', {}, matches.length ? `${matches.length} commits start with ${prefix}` : 'No such commit here'),
                matches.length
                    ? element('ul', {}, ...matches.map((hash) => element('li', {}, commitLink(hash, hash))))
                    : element('p', {}, `No commit here starts with “${prefix}”. This site has the measured commits, the commits next to them, and the releases. Give at least four characters of the hash: commit.html?h=HASH`)];
    }
    const hash = matches[0];
    const commit = index[hash];
    const {point, label} = site.branch(commit.tool);
    document.title = `${label} ${commit.release || hash.slice(0, 8)}`;
    const head = [
        element('p', {class: 'soft'}, label, commit.release ? ` · release ${commit.release}` : '',
            ...(point === 'commit' ? [' · ', element('span', {class: 'mono'}, hash.slice(0, 8))] : [])),
        element('h1', {}, point === 'release' ? `${label} ${commit.release}` : commit.subject || '(no subject)'),
        element('ul', {class: 'links'}, ...upstreamLinks(hash, commit, site).map((one) => element('li', {}, one))),
        facts(hash, commit, point),
    ];
    if (!commit.measured) {
        return [...head, element('p', {class: 'soft'}, `Nothing was measured at this ${point}.`)];
    }
    const [measured, {confirmed}] = await Promise.all([load(`commits/${hash}.json`), load('overview.json')]);
    return [...head, ...confirmedHere(confirmed, hash, point, site), ...measurements(measured.rows, point, site),
            ...(measured.setups.length ? [element('h2', {}, 'Measured with'), ...setups(measured.setups)] : [])];
});
