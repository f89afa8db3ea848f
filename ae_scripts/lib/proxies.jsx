// Proxies: an item that uses one goes on showing it, whatever its footage or its layers are now.

var toolkitProxies = (function () {
    // Reports the proxies of what may look otherwise now: layers, plates that were linked anew, and comps.
    function report(run, sources, specs) {
        var i;
        var key;
        for (i = 0; i < sources.length; i += 1) {
            key = "footage " + sources[i].clip.path;
            if (sources[i].pass || run.replaced[key]) {
                reportItem(run, key, "'");
            }
        }
        for (i = 0; i < specs.length; i += 1) {
            reportItem(run, "comp " + specs[i].key, "comp '");
        }
    }

    function reportItem(run, key, start) {
        if (run.items[key].useProxy) {
            run.report.by_hand.push(
                start + run.items[key].name + "' shows its proxy, not what was imported: make the proxy again, or " +
                "switch it off (File > Set Proxy > None)"
            );
        }
    }

    return { report: report };
}());
