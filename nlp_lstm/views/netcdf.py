"""The traces of a report as NetCDF: `xarray.open_datatree` opens it, a group per model and layer."""

import importlib.util

from nlp_lstm.errors import MissingInputError
from nlp_lstm.report import Report
from nlp_lstm.report.markup import visible
from nlp_lstm.views import VIEWS, named_traces


@VIEWS.register("netcdf")
def show_netcdf(report: Report) -> bytes:
    """Return every trace, as `Trace.to_xarray` makes it, in the bytes of one NetCDF file.

    Characters that a terminal would act on stand as pictures: NetCDF cannot hold some of them.

    Raises:
        UsageError: if the report has no traces, or two of the same name.
        MissingInputError: if xarray or h5netcdf is not installed.
    """
    groups = {}
    for name, trace in named_traces(report).items():
        dataset = trace.to_xarray()
        names = {"words": ("word", [visible(word) for word in trace.words])}
        if "output" in dataset.coords:
            names["output"] = ("output", [visible(word) for word in trace.output_names])
        groups[name] = dataset.assign_coords(names)
    if importlib.util.find_spec("h5netcdf") is None:
        raise MissingInputError("h5netcdf is not installed: pip install 'nlp-lstm[xarray]'")
    from xarray import DataTree

    # In memory: HDF5 ends the process where it meets a full disk.
    return bytes(DataTree.from_dict(groups).to_netcdf(engine="h5netcdf"))
