"""The one chart layer: figures as complete Vega-Lite specifications for notebook, report and web page."""
