'use strict';

/* The figures of study.html: Vega-Lite draws the chosen rows of data.js. */

/* text and lines take the page's colour, so that dark mode and print need nothing more */
const LOOK = {
    background: 'transparent',
    font: 'system-ui, sans-serif',
    view: {stroke: null},
    axis: {
        labelColor: 'currentColor', titleColor: 'currentColor', domainColor: 'currentColor',
        tickColor: 'currentColor', gridColor: '#8884', titleFontWeight: 500, labelFontSize: 11,
    },
};
const SYMBOLS = {
    circle: 'M6 1a5 5 0 1 0 .01 0z', square: 'M1.5 1.5h9v9h-9z', 'triangle-up': 'M6 1l5 9.5H1z',
    diamond: 'M6 .5L11 6 6 11.5 1 6z', cross: 'M4.5 1h3v3.5H11v3H7.5V11h-3V7.5H1v-3h3.5z', 'triangle-down': 'M6 11L1 1.5h10z',
};

function nameOf(axis, value) {
    const names = window.STUDY.names[axis] || {};
    return names[value] || (typeof value === 'number' ? value.toLocaleString('en') : String(value));
}

/* The rows of a choice; one that does not have an axis fits all of its values. */
function chosenRows(figure) {
    return figure.rows.filter((row) => Object.entries(figure.choice).every(([axis, value]) => (value === 'fullest' ? row.fullest
        : !(axis in row) || row[axis] === value)));
}

/* What the page's data say of the choice: conditions, missing panels, titles and ticks. */
function viewOf(figure) {
    const indices = Object.entries(figure.choices).map(([axis, values]) => values.indexOf(figure.choice[axis]));
    return figure.views[indices.join()];
}

function rowsOf(panel, rows) {
    return rows.filter((row) => panel.column in row
        && Object.entries(panel.where).every(([name, value]) => row[name] === value));
}

function choices(figure, changed) {
    return Object.entries(figure.choices).map(([axis, values]) => {
        const select = element('select', {name: axis}, ...values.map((value, at) => element('option',
            {value: at, selected: value === figure.choice[axis] ? '' : null}, nameOf(axis, value))));
        select.addEventListener('change', () => {
            figure.choice[axis] = values[select.value];
            changed();
        });
        return element('label', {}, window.STUDY.axes[axis] || axis, select);
    });
}

/* "#figure-2.3?data=smoke&hide=Hail": the address of a figure as it was chosen. */
function addressOf(figure) {
    const query = new URLSearchParams(Object.entries(figure.choice).map(([axis, value]) => [axis, String(value)]));
    figure.hidden.forEach((name) => query.append('hide', name));
    return `#figure-${figure.id}?${query}`;
}

/* Choose what an address says; a value that the figure does not have is passed over. */
function choose(figure, section, query) {
    for (const [axis, values] of Object.entries(figure.choices)) {
        const at = values.findIndex((value) => String(value) === query.get(axis));
        if (at >= 0) {
            figure.choice[axis] = values[at];
            section.querySelector(`select[name="${axis}"]`).value = at;
        }
    }
    figure.hidden = new Set(query.getAll('hide').filter((name) => figure.series.some((one) => one.name === name)));
    section.querySelectorAll('.legend button').forEach((button) => button.setAttribute('aria-pressed', String(!figure.hidden.has(button.textContent))));
}

function symbol(one) {
    const space = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(space, 'svg');
    svg.setAttribute('viewBox', '0 0 12 12');
    const path = document.createElementNS(space, 'path');
    path.setAttribute('d', SYMBOLS[one.shape]);
    path.setAttribute('fill', one.colour);
    svg.append(path);
    return svg;
}

/* The legend: a click hides a series and shows it again. */
function legend(figure, changed) {
    return element('div', {class: 'legend'}, ...figure.series.map((one) => {
        const button = element('button', {type: 'button', 'aria-pressed': 'true'}, symbol(one), one.name);
        button.addEventListener('click', () => {
            const hide = !figure.hidden.has(one.name);
            figure.hidden[hide ? 'add' : 'delete'](one.name);
            button.setAttribute('aria-pressed', String(!hide));
            changed();
        });
        return button;
    }));
}

/* Draw the rows of a panel. The ticks are those of all series; where some are hidden, Vega chooses them. */
async function drawPanel(panel, shown, rows, isWhole, plot) {
    const own = rowsOf(panel, rows);
    plot.parentElement.hidden = !own.length;
    if (!own.length) {
        return;
    }
    plot.previousSibling.textContent = shown.title;
    const spec = structuredClone(panel.spec);
    const {x, y} = spec.encoding;
    if (panel.column === 'value') {
        y.title = shown.unit;
    }
    if (x.type === 'quantitative') {
        x.axis.values = shown.x;
    }
    if (y.scale.type === 'log' && isWhole) {
        y.axis.values = shown.y;
    }
    // quiet: Vega warns of each choice without an interval
    const options = {actions: false, renderer: 'svg', config: LOOK, logLevel: 1, tooltip: {theme: 'custom'}};
    await vegaEmbed(plot, {
        ...spec, $schema: 'https://vega.github.io/schema/vega-lite/v6.json', width: 'container',
        autosize: {type: 'fit', contains: 'padding'}, data: {values: own}, description: panel.title,
    }, options);
}

/* A text in which `backquotes` mark names. */
function prose(text) {
    return text.split('`').map((part, at) => (at % 2 ? element('code', {}, part) : part));
}

function number(value) {
    return value === undefined || value === null ? '' : String(Number(value.toPrecision(4)));
}

/* Where each number comes from: its samples, and the set-up with the command. */
function behind(rows) {
    return element('table', {class: 'data'},
        element('thead', {}, element('tr', {}, ...['Benchmark', 'Value', '95 % interval', 'Samples', 'Release', 'Source']
            .map((text) => element('th', {}, text)))),
        element('tbody', {}, ...rows.map((row) => element('tr', {},
            element('td', {class: 'name mono'}, row.benchmark),
            element('td', {'data-label': 'value'}, `${number(row.value)} ${row.unit}`),
            element('td', {'data-label': 'interval'}, row.low === undefined || row.low === null ? '' : `${number(row.low)} to ${number(row.high)}`),
            element('td', {'data-label': 'samples', class: 'samples'}, (row.samples || []).map(number).join(', ')),
            element('td', {'data-label': 'release'}, row.release),
            element('td', {'data-label': 'source'}, element('a', {href: `#source-${row.source}`}, `source ${row.source + 1}`),
                ...(row.busy ? [' ', element('a', {class: 'badge worse', href: '#busy'}, 'machine busy')] : []))))));
}

/* A box that is filled when a reader opens it: most stay closed. */
function details(summary, fill) {
    const box = element('details', {}, element('summary', {}, summary));
    box.addEventListener('toggle', () => {
        box.querySelectorAll(':scope > :not(summary)').forEach((old) => old.remove());
        if (box.open) {
            box.append(...fill());
        }
    });
    return box;
}

function downloads(names) {
    return element('p', {class: 'downloads'}, 'Download: ', ...names.flatMap((name, at) => [
        at ? ' · ' : null, element('a', {href: `study/${name}`, download: ''}, name.split('.').pop().toUpperCase())]));
}

function figureSection(figure) {
    const name = `${figure.study ? 'Figure ' : ''}${figure.study ? figure.id + ': ' : ''}${figure.title}`;
    const head = [element('h3', {}, name), element('p', {class: 'soft'}, ...prose(figure.about))];
    if (!figure.rows.length) {
        return element('section', {class: 'figure'});  // the list of what is missing has it
    }
    figure.hidden = new Set();
    const plots = figure.panels.map((panel) => element('div', {class: 'plot'}));
    const seen = (rows) => rows.filter((row) => !figure.hidden.has(row.series));
    const data = details('Data, samples and where they come from', () => [behind(seen(chosenRows(figure)))]);
    const [under, without] = [element('p', {class: 'soft conditions'}), element('p', {class: 'soft'})];
    let drawing = Promise.resolve();
    const redraw = () => {
        const rows = chosenRows(figure);
        const view = viewOf(figure);
        under.textContent = view.conditions;
        without.textContent = view.missing;
        drawing = drawing.then(async () => {
            for (const [index, panel] of figure.panels.entries()) {
                await drawPanel(panel, view.panels[index], seen(rows), !figure.hidden.size, plots[index]);
            }
            section.classList.add('drawn');
        });
        data.dispatchEvent(new Event('toggle'));
        return drawing;
    };
    const changed = () => {
        history.replaceState(null, '', addressOf(figure));
        redraw();
    };
    const section = element('section', {class: 'figure', id: `figure-${figure.id}`}, ...head,
        element('div', {class: 'filters'}, ...choices(figure, changed)),
        under, legend(figure, changed),
        element('div', {class: figure.panels.length % 2 ? 'panels' : 'panels even'}, ...figure.panels.map((panel, at) => element('div', {},
            element('h4', {}, panel.title), plots[at]))),
        element('img', {class: 'printed', src: `study/figure-${figure.id}.svg`, alt: name, loading: 'lazy'}),
        without, figure.not_drawn ? element('p', {class: 'soft'}, figure.not_drawn) : null,
        downloads(figure.files), data);
    section.redraw = redraw;
    section.choose = (query) => choose(figure, section, query);
    return section;
}

/* Draw each figure when it is about to be seen. */
function drawWhenSeen(sections) {
    const observer = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
        observer.unobserve(entry.target);
        entry.target.redraw();
    }), {rootMargin: '600px'});
    sections.filter((section) => section.redraw).forEach((section) => observer.observe(section));
}
