'use strict';

/* Additions to asv's pages, which know one history only: a graph shows the releases of its own
   tool, without those of the other branches and with no label across another. */

(function () {
    function branch(index) {
        const wanted = $.asv.parse_hash_string(location.hash).params.branch;
        return wanted ? wanted : [index.params.branch[0]];
    }

    /* tags are named tool/version */
    function ownTags(index, tags) {
        const branches = branch(index);
        const own = {};
        for (const [tag, revision] of Object.entries(tags)) {
            const [tool, version] = [tag.slice(0, tag.indexOf('/')), tag.slice(tag.indexOf('/') + 1)];
            if (branches.includes(tool)) {
                own[branches.length > 1 ? tag : version] = revision;
            } else if (!tag.includes('/')) {
                own[tag] = revision;
            }
        }
        return own;
    }

    function hideCovered(graph) {
        const labels = [...graph.children].filter((child) => child.style.top === '-2ex');
        labels.sort((a, b) => a.offsetLeft - b.offsetLeft);
        let end = -Infinity;
        for (const label of labels) {
            const covered = label.offsetLeft < end
                || label.offsetLeft + label.offsetWidth > graph.clientWidth;
            label.style.visibility = covered ? 'hidden' : '';
            if (!covered) {
                end = label.offsetLeft + label.offsetWidth;
            }
        }
    }

    document.addEventListener('DOMContentLoaded', () => {
        /* asv sets document.main_json when index.json has come */
        let index = {};
        Object.defineProperty(document, 'main_json', {
            get: () => index,
            set: (loaded) => {
                const tags = loaded.tags || {};
                index = loaded;
                Object.defineProperty(index, 'tags', {get: () => ownTags(index, tags)});
            },
        });
        const graph = document.getElementById('main-graph');
        new MutationObserver(() => hideCovered(graph)).observe(graph, {childList: true});
    });
})();
