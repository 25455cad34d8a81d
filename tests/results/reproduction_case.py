"""The files of a small reproduction, for tests of what is drawn and said of such files."""

from figure_case import FigureCase
from tapehead_plot import style
from tapehead_plot.reproduction import reproduction_figure

# Three seeds of one row, small enough to work the figure out by hand.
SEEDS = """\
paper,result,row,preset,seed,settings_hash,status,sequences,threshold,sequences_to_threshold,optimum,\
wrong_bits_length_20
ntm2014,copy,copy-ntm-ff,p,1,aa,finished,30000,0.1,10000,0,0
ntm2014,copy,copy-ntm-ff,p,2,aa,finished,30000,0.1,20000,0,3
ntm2014,copy,copy-ntm-ff,p,3,aa,finished,30000,0.1,,0,8
"""
CURVES = """\
row,seed,settings_hash,sequences,loss
copy-ntm-ff,1,aa,10000,1
copy-ntm-ff,1,aa,30000,5
copy-ntm-ff,2,aa,10000,2
copy-ntm-ff,2,aa,30000,6
copy-ntm-ff,3,aa,10000,9
copy-ntm-ff,3,aa,20000,9
copy-ntm-ff,3,aa,30000,9
"""


class ReproductionCase(FigureCase):
    def files(self, seeds=SEEDS, curves=CURVES):
        path = self.scratch / "ntm2014-copy.csv"
        path.write_text(seeds)
        if curves is not None:
            (self.scratch / "ntm2014-copy-curves.csv").write_text(curves)
        return path

    def figure(self, *arguments):
        import matplotlib

        with matplotlib.rc_context(style.RC):
            return reproduction_figure(self.files(*arguments))
